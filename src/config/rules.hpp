#pragma once

/// \file
/// What values a config's keys may have. A rule says so, for the reference, and checks a value: its `check`
/// returns what is wrong ("" if nothing is).

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace jetrain::rules {

template <class Check>
struct Rule {
  std::string range;  ///< "from 1 to 255"
  Check check;
};
template <class Check>
Rule(std::string, Check) -> Rule<Check>;

/// Whatever has the key's type.
struct Any {
  std::string range;
  static std::string check(const auto&) { return {}; }
};

/// For one number.
template <class Good>
auto number(const std::string& range, Good good) {
  return Rule{range, [range, good](auto value) {
                return good(value) ? std::string() : fmt::format("must be {}, not {}", range, value);
              }};
}

inline auto at_least(auto low) {
  return number(fmt::format("at least {}", low), [low](auto value) { return value >= decltype(value)(low); });
}
inline auto between(auto low, auto high) {
  return number(fmt::format("from {} to {}", low, high), [low, high](auto value) {
    return value >= decltype(value)(low) && value <= decltype(value)(high);
  });
}
inline auto positive() {
  return number("above 0", [](double value) { return value > 0; });
}
/// A fraction that leaves something over.
inline auto fraction() {
  return number("at least 0 and below 1", [](double value) { return value >= 0 && value < 1; });
}
/// A share of something, which may be all of it.
inline auto share() {
  return number("above 0, at most 1", [](double value) { return value > 0 && value <= 1; });
}
inline auto all_positive() {
  return Rule{"each above 0", [](const std::vector<double>& values) {
                for (const double value : values) {
                  if (!(value > 0)) return fmt::format("must hold numbers above 0, not {}", value);
                }
                return std::string();
              }};
}
inline auto some_between(std::int64_t low, std::int64_t high) {
  return Rule{fmt::format("one or more, each from {} to {}", low, high),
              [low, high](const std::vector<std::int64_t>& values) {
                if (values.empty()) return std::string("must hold one or more");
                for (const std::int64_t value : values) {
                  if (value < low || value > high)
                    return fmt::format("must hold numbers from {} to {}, not {}", low, high, value);
                }
                return std::string();
              }};
}
inline auto both_between(std::int64_t low, std::int64_t high) {
  return Rule{fmt::format("from {} to {}", low, high), [low, high](const std::array<std::int64_t, 2>& value) {
                const auto good = [&](std::int64_t v) { return v >= low && v <= high; };
                return good(value[0]) && good(value[1])
                           ? std::string()
                           : fmt::format("must be from {} to {}, not {} x {}", low, high, value[0], value[1]);
              }};
}
/// Two names or more, or none, each once.
inline auto class_names() {
  return Rule{"none, or one a class", [](const std::vector<std::string>& names) {
                if (names.size() == 1 || names.size() > 256)
                  return fmt::format("must hold from 2 to 256 names, not {}", names.size());
                for (std::size_t i = 0; i < names.size(); ++i) {
                  if (names[i].empty()) return std::string("must hold no empty name");
                  for (std::size_t j = 0; j < i; ++j) {
                    if (names[i] == names[j]) return fmt::format("has {} twice", names[i]);
                  }
                }
                return std::string();
              }};
}
/// Of a cross-validation.
inline auto folds() {
  return Rule{"0, or from 2 to 1000", [](std::int64_t n) {
                return n == 0 || (n >= 2 && n <= 1000) ? std::string()
                                                       : std::string("must be 0 (none), or from 2 to 1000");
              }};
}
/// "[low, high]", or nothing.
inline auto interval() {
  return Rule{"[low, high]", [](const auto& v) {
                return v.empty() || (v.size() == 2 && v[0] < v[1]) ? std::string()
                                                                   : std::string("must be [low, high]");
              }};
}

// Far above what anybody needs, and small enough that no product of them overflows.
inline constexpr std::int64_t kLargestLayer = 1'000'000;
inline constexpr std::int64_t kLargestKernel = 1'000;
inline constexpr std::int64_t kLargestBatch = 1'000'000'000;
inline constexpr std::int64_t kLargestEpoch = 1'000'000'000;

}  // namespace jetrain::rules
