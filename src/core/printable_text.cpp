#include "core/printable_text.hpp"

#include <cstdint>

namespace jetrain {
namespace {

struct Letter {
  std::size_t bytes = 0;  ///< 0: no UTF-8
  std::uint32_t code = 0;
};

/// The first of a text that is not empty.
Letter first_letter(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  std::uint32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return too_long || surrogate || code > 0x10FFFF ? Letter{} : Letter{length, code};
}

/// Control characters, and what changes the lines or the direction of writing.
bool commands(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string escape(std::uint32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return code < 0x80 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
  }
}

/// `keeps(code)`: whether a letter stays as it is.
template <class Keeps>
std::string escaped(std::string_view text, Keeps keeps) {
  std::string out;
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    if (letter.bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (keeps(letter.code))
      out += text.substr(0, letter.bytes);
    else
      out += escape(letter.code);
    text.remove_prefix(letter.bytes);
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t bytes = first_letter(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string printable_line(std::string_view text) {
  return escaped(text, [](std::uint32_t code) { return !commands(code); });
}

std::string printable_lines(std::string_view text) {
  return escaped(text, [](std::uint32_t code) { return code == '\n' || code == '\t' || !commands(code); });
}

std::string utf8_text(std::string_view text) {
  return escaped(text, [](std::uint32_t code) { return code != 0; });
}

void print_line(std::string_view text) {
  fmt::print("{}\n", printable_line(text));
}

}  // namespace jetrain
