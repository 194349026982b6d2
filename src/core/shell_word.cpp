#include "core/shell_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/printable_text.hpp"

namespace jetrain {
namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && (std::isalnum(byte) != 0 || std::string("_-+=.,:/@%").find(c) != std::string::npos);
}

/// $'...', whose escapes stand for any byte.
std::string with_escapes(const std::string& word) {
  std::string text = "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\')
      text += fmt::format("\\{}", c);
    else if (byte < 0x20 || byte >= 0x7F)
      text += fmt::format("\\{:03o}", byte);  // three digits at most: what follows is no part of it
    else
      text += c;
  }
  return text + "'";
}

}  // namespace

std::string shell_word(const std::string& word) {
  if (printable_line(word) != word) return with_escapes(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string shell_word_if_needed(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_plain) ? word : shell_word(word);
}

}  // namespace jetrain
