#pragma once

/// \file
/// What values a config's keys may have. A rule is called with a value and returns what is wrong with it (""
/// if nothing is).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
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
inline auto one_of(std::initializer_list<const char*> allowed) {
  return [words = std::vector<std::string>(allowed.begin(), allowed.end())](const std::string& value) {
    return std::find(words.begin(), words.end(), value) != words.end()
               ? std::string()
               : fmt::format("must be one of {}, not {}", fmt::join(words, ", "), value);
  };
}
/// A list of different words.
template <class Words>
auto each_one_of(const Words& allowed) {
  return [&allowed](const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::find(std::begin(allowed), std::end(allowed), values[i]) == std::end(allowed))
        return fmt::format("must be of {}, not {}", fmt::join(allowed, ", "), values[i]);
      if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
          values.begin() + static_cast<std::ptrdiff_t>(i))
        return fmt::format("names {} twice", values[i]);
    }
    return std::string();
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
