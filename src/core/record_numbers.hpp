#pragma once

/// \file
/// Records (record.hpp) as plain numbers one after another, and back: what an HDF5 file keeps of them. Counts
/// are far below 2^53, so all numbers travel as doubles. Texts and lists are no numbers, and left out. Which
/// number is whose follows from the order alone: a file with another count of them is of another version.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "core/record.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

template <Record T>
void append_numbers(const T& record, std::vector<double>& numbers) {
  for_each_field(record, Place::whole, [&]<class V>(const std::string&, const V& value, const FieldTraits&) {
    if constexpr (std::is_arithmetic_v<V>)
      numbers.push_back(static_cast<double>(value));
    else if constexpr (Record<V>)
      append_numbers(value, numbers);
  });
}

/// How many they are.
template <Record T>
std::int64_t number_count() {
  std::vector<double> numbers;
  append_numbers(T{}, numbers);
  return std::ssize(numbers);
}

/// Takes a record's numbers from `next` on, which then stands behind them. DataError, saying that `what`
/// (as "the checkpoint") is damaged, where a count is none.
template <Record T>
void take_numbers(const double*& next, T& record, const std::string& what) {
  for_each_field(record, Place::whole, [&]<class V>(const std::string&, V& value, const FieldTraits&) {
    if constexpr (Record<V>) {
      take_numbers(next, value, what);
    } else if constexpr (std::is_arithmetic_v<V>) {
      const double number = *next++;
      if constexpr (std::is_integral_v<V>) {
        constexpr double kLargest = 9007199254740992.0;  // 2^53
        if (!(number >= 0 && number <= kLargest && number == std::floor(number)))
          throw DataError(fmt::format("{} holds {} where a count should be: it is damaged", what, number));
      }
      value = static_cast<V>(number);
    }
  });
}

}  // namespace jetrain
