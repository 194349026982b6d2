#pragma once

/// \file
/// Walks the keys of a config. Each struct says its keys once, in `fields`; a visitor (the YAML reader, the
/// writer, the reference) is called as visitor(key, value, meaning, rule).

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

#include "config/config.hpp"
#include "config/rules.hpp"

namespace jetrain::schema {

template <class Visitor, class T>
void fields(Visitor& visit, T& c) {
  if constexpr (!std::is_empty_v<T>) c.fields(visit);
}

/// A choice of one kind among several, by its name: a layer, a loss.
template <class T>
concept Choice = requires(T value) {
  value.kind;
  T::kGroup;
};

template <class T>
concept List = !std::is_same_v<T, std::string> && requires(T value) {
  value.emplace_back();
};

/// One number, or rows and columns.
template <class T>
concept Pair = std::is_same_v<T, std::array<std::int64_t, 2>>;

/// Borders of bins.
template <class T>
concept Edges = std::is_same_v<T, BinEdges>;

/// Numbers by names that the config makes up.
template <class T>
concept Factors = std::is_same_v<T, RateFactors>;

template <class T>
concept Section = std::is_class_v<T> && !std::is_same_v<T, std::string> && !Choice<T> && !List<T> &&
                  !Pair<T> && !Edges<T> && !Factors<T>;

/// Of one number or word.
template <class T>
constexpr const char* type_name() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "a whole number from 0 up";
  if constexpr (std::is_integral_v<T>) return "a whole number";
  if constexpr (std::is_floating_point_v<T>) return "a number";
  return "a word";
}

}  // namespace jetrain::schema
