#include "run/weighing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "config/class_names.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

std::int64_t class_to_follow(const Config& config, std::int64_t classes) {
  const std::string& word = config.train.reweight.to;
  if (config.train.reweight.flat()) return -1;
  const std::vector<std::string> names = class_names(config.data, classes);
  const auto named = std::find(names.begin(), names.end(), word);
  if (named != names.end()) return named - names.begin();
  std::int64_t number = -1;
  const char* end = word.data() + word.size();
  const auto [stop, failure] = std::from_chars(word.data(), end, number);
  if (failure == std::errc() && stop == end && number >= 0 && number < classes) return number;
  throw UsageError(
      fmt::format("train.reweight.to: {} is neither none, nor flat, nor a class's number (0 to {}) "
                  "or name ({})",
                  word, classes - 1, fmt::join(names, ", ")));
}

std::string reweighting_line(const Reweighting& reweighting, std::int64_t jets) {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  for (const ReweightedClass& each : reweighting.classes) {
    for (const double factor : each.factors) {
      if (factor == 0) continue;
      smallest = std::min(smallest, factor);
      largest = std::max(largest, factor);
    }
  }
  return fmt::format("train.reweight to {}: factors from {:.3g} to {:.3g}{}",
                     reweighting.flat() ? "flat" : "class " + reweighting.to, smallest, largest,
                     reweighting.outside == 0
                         ? std::string()
                         : fmt::format("; {} of {} training jets lie outside of its bins, and have weight 0",
                                       reweighting.outside, jets));
}

std::string weights_line(const SetWeights& weights) {
  std::string line = fmt::format(
      "training jets have weights (mean 1, the largest {:.3g}), and tell as much as "
      "{:.0f} jets of equal weight",
      weights.largest, weights.effective_samples);
  if (weights.zero > 0) line += fmt::format("; {} have weight 0", weights.zero);
  if (weights.negative > 0) line += fmt::format("; {} a negative one", weights.negative);
  return line;
}

}  // namespace jetrain
