#pragma once

/// \file
/// Enumerations with words. What a config, a command line or a file says becomes a value at the door; behind
/// it nobody compares text. An enumeration gets its words by one function beside it:
///
///   enum class Padding { valid, same };
///   constexpr Word word_of(Padding padding) {
///     switch (padding) {
///       case Padding::valid: return {"valid", "whole windows only"};
///       case Padding::same: return {"same", "as many outputs as inputs"};
///     }
///     return {};
///   }
///
/// A switch without default, so that the compiler names the value whose word is forgotten, as it does
/// wherever else a value is looked at. Values count from 0 without a gap.

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace jetrain {

struct Word {
  const char* text = nullptr;
  const char* meaning = "";  ///< one line for the reference; "" where the word says it all
};

template <class E>
concept Worded = std::is_enum_v<E> && requires(E value) {
  { word_of(value) } -> std::same_as<Word>;
};

template <Worded E>
inline constexpr std::size_t kWordCount = [] {
  std::size_t count = 0;
  while (word_of(static_cast<E>(count)).text != nullptr) ++count;
  return count;
}();

/// All values, in their order.
template <Worded E>
inline constexpr std::array<E, kWordCount<E>> kValues = [] {
  std::array<E, kWordCount<E>> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<E>(i);
  return values;
}();

template <Worded E>
constexpr std::optional<E> value_named(std::string_view word) {
  for (const E value : kValues<E>) {
    if (word == word_of(value).text) return value;
  }
  return std::nullopt;
}

/// Of any list of values: kValues<E>, or a config's.
template <class Values>
std::vector<std::string> words_of(const Values& values) {
  std::vector<std::string> words;
  for (const auto value : values) words.emplace_back(word_of(value).text);
  return words;
}

}  // namespace jetrain

template <jetrain::Worded E>
struct fmt::formatter<E, char> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(E value, Context& context) const {
    return fmt::formatter<fmt::string_view>::format(word_of(value).text, context);
  }
};
