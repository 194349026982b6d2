#pragma once

/// \file
/// Text from outside (names of files, hosts, columns, studies) on its way to a terminal, or to another place
/// that takes no control characters and nothing but UTF-8.
///
/// What is none of a line's letters is shown as an escape: "\n", "\x1b", "\xff" (a byte that is no UTF-8),
/// "\u202e" (turns the direction of writing). A name can then neither command a terminal nor forge a line.

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace jetrain {

/// Whether all of it is UTF-8, as Unicode allows it (no surrogates, nothing longer than need be).
bool is_utf8(std::string_view text) noexcept;

/// As one line.
std::string printable_line(std::string_view text);
/// The same, with its line breaks and tabulators.
std::string printable_lines(std::string_view text);

/// All but bytes that are no UTF-8, and NUL, as it is: for formats that have quotes for all others.
std::string utf8_text(std::string_view text);

/// Prints one line.
void print_line(std::string_view text);
template <class... Arguments>
void print_line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  print_line(std::string_view(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

}  // namespace jetrain
