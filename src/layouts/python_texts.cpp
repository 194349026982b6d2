#include "layouts/python_texts.hpp"

#include <charconv>
#include <cstdint>

namespace jetrain {
namespace {

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0U | code >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0U | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

std::optional<std::string> raw_unicode(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const std::size_t digits = line.starts_with("\\u") ? 4 : line.starts_with("\\U") ? 8 : 0;
    std::uint32_t code = static_cast<unsigned char>(line[0]);
    if (digits > 0) {
      if (line.size() < 2 + digits) return std::nullopt;
      const char* const first = line.data() + 2;
      const auto [end, failure] = std::from_chars(first, first + digits, code, 16);
      if (failure != std::errc() || end != first + digits || code > 0x10FFFF) return std::nullopt;
    }
    append_utf8(text, code);
    line.remove_prefix(digits > 0 ? 2 + digits : 1);
  }
  return text;
}

std::optional<std::string> quoted_bytes(std::string_view line) {
  const bool whole = line.size() >= 2 && (line[0] == '\'' || line[0] == '"') && line.back() == line[0] &&
                     line.find('\\') == std::string_view::npos;
  if (!whole) return std::nullopt;
  return std::string(line.substr(1, line.size() - 2));
}

}  // namespace jetrain
