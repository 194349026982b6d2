#include "nn/layer_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/nearest_name.hpp"
#include "core/name_pattern.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

void require_match(const std::string& pattern, const std::vector<std::string>& layers,
                   const std::string& key) {
  const auto is_match = [&](const std::string& layer) { return matches(pattern, layer); };
  if (std::any_of(layers.begin(), layers.end(), is_match)) return;
  const std::string near = nearest_name(pattern, layers);
  throw UsageError(fmt::format("{}: {} matches no layer{}: there are {}", key, pattern,
                               near.empty() ? "" : fmt::format(" (did you mean {}?)", near),
                               layers.empty() ? "none" : fmt::format("{}", fmt::join(layers, ", "))));
}

}  // namespace

std::vector<bool> chosen_layers(const std::vector<std::string>& patterns,
                                const std::vector<std::string>& layers, const std::string& key) {
  for (const std::string& pattern : patterns) require_match(pattern, layers, key);
  std::vector<bool> chosen;
  for (const std::string& layer : layers)
    chosen.push_back(std::any_of(patterns.begin(), patterns.end(),
                                 [&](const std::string& pattern) { return matches(pattern, layer); }));
  return chosen;
}

std::vector<double> rate_factors(const RateFactors& factors, const std::vector<std::string>& layers) {
  constexpr const char* kKey = "train.learning_rate_factors";
  for (const auto& [pattern, factor] : factors.of) require_match(pattern, layers, kKey);
  std::vector<double> all;
  for (const std::string& layer : layers) {
    const std::pair<const std::string, double>* best = nullptr;
    for (const auto& entry : factors.of) {
      if (!matches(entry.first, layer)) continue;
      const std::size_t said = specificity(entry.first);
      if (best == nullptr || said > specificity(best->first)) {
        best = &entry;
      } else if (said == specificity(best->first) && entry.second != best->second) {
        throw UsageError(fmt::format("{}: {} and {} say as much of {}, and differ: name the layer itself",
                                     kKey, best->first, entry.first, layer));
      }
    }
    all.push_back(best == nullptr ? 1.0 : best->second);
  }
  return all;
}

}  // namespace jetrain
