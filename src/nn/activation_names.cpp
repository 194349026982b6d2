#include "nn/activation_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jetrain/error.hpp"

namespace jetrain {

void ActivationNames::add(const std::string& name, std::size_t activation) {
  if (std::any_of(names_.begin(), names_.end(), [&](const auto& known) { return known.first == name; }))
    throw UsageError(fmt::format("the name {} is taken: give another", name));
  names_.emplace_back(name, activation);
}

std::size_t ActivationNames::resolve(const std::string& name) const {
  std::string all;
  for (const auto& [known, activation] : names_) {
    if (known == name) return activation;
    all += (all.empty() ? "" : ", ") + known;
  }
  throw UsageError(fmt::format("nothing before this layer is called {}; there is {}", name, all));
}

std::string ActivationNames::next_of_kind(const std::string& kind) {
  const int before = of_kind_[kind]++;
  return before == 0 ? kind : fmt::format("{}_{}", kind, before);
}

}  // namespace jetrain
