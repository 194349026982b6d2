#pragma once

/// \file
/// What values a config's keys may have. A rule is called with a value and returns what is wrong with it (""
/// if nothing is).

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace jetrain::rules {

inline auto any() {
  return [](const auto&) { return std::string(); };
}
inline auto at_least(auto low) {
  return [low](auto value) {
    return value >= decltype(value)(low) ? std::string()
                                         : fmt::format("must be at least {}, not {}", low, value);
  };
}
inline auto between(auto low, auto high) {
  return [low, high](auto value) {
    return value >= decltype(value)(low) && value <= decltype(value)(high)
               ? std::string()
               : fmt::format("must be from {} to {}, not {}", low, high, value);
  };
}
inline auto positive() {
  return
      [](double value) { return value > 0 ? std::string() : fmt::format("must be above 0, not {}", value); };
}
inline auto all_positive() {
  return [](const std::vector<double>& values) {
    for (const double value : values) {
      if (!(value > 0)) return fmt::format("must hold numbers above 0, not {}", value);
    }
    return std::string();
  };
}
/// In [0, 1): a fraction that leaves something over.
inline auto fraction() {
  return [](double value) {
    return value >= 0 && value < 1 ? std::string()
                                   : fmt::format("must be at least 0 and below 1, not {}", value);
  };
}
inline auto both_between(std::int64_t low, std::int64_t high) {
  return [low, high](const std::array<std::int64_t, 2>& value) {
    const auto good = [&](std::int64_t v) { return v >= low && v <= high; };
    return good(value[0]) && good(value[1])
               ? std::string()
               : fmt::format("must be from {} to {}, not {} x {}", low, high, value[0], value[1]);
  };
}

// Far above what anybody needs, and small enough that no product of them overflows.
inline constexpr std::int64_t kLargestLayer = 1'000'000;
inline constexpr std::int64_t kLargestKernel = 1'000;
inline constexpr std::int64_t kLargestBatch = 1'000'000'000;

}  // namespace jetrain::rules
