#include "pictures/gnuplot_script.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <span>

#include "core/printable_text.hpp"

namespace jetrain::gnuplot {
namespace {

std::string palette_of(std::span<const PaletteStop> stops) {
  std::string list;
  for (const auto& [position, color] : stops)
    list += fmt::format("{}{} '#{:02x}{:02x}{:02x}'", list.empty() ? "" : ", ", position, color.red,
                        color.green, color.blue);
  return "set palette defined (" + list + ")\n";
}

}  // namespace

std::string common_settings() {
  return fmt::format(
      "MARK = '{}'\nGUIDE = '{}'\nRULE = '{}'\n"
      "set encoding utf8\n"
      "set datafile missing 'nan'\n"
      "set border 3 lc rgb '{}'\n"
      "set tics nomirror\n"
      "set grid lc rgb '{}' dt 1 lw 0.5\n"
      "set key above Left reverse noenhanced samplen 2.5 width 1\n",
      ink::kMark, ink::kGuide, ink::kRule, ink::kFrame, ink::kGrid);
}

std::string literal(const std::string& text) {
  const std::string line = printable_line(text);
  if (line.find('\'') == std::string::npos) return "'" + line + "'";
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ' ' || c < 0;
  };
  std::string out = "\"";
  for (const char c : line)
    out += is_plain(c) ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<int>(c));
  return out + "\"";
}

std::string tick_label(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? std::string("%%") : std::string(1, c);
  return literal(doubled);
}

std::string data_block(const std::string& name, const std::string& lines) {
  return fmt::format("${} << END_OF_DATA\n{}END_OF_DATA\n", name, lines);
}

int mark(std::size_t i) {
  static constexpr std::array kMarks = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10};
  return kMarks[i % kMarks.size()];
}

int legend_room(std::size_t lines) {
  return lines > 2 ? 16 * static_cast<int>(lines - 2) : 0;
}

std::string palette() {
  return palette_of(kPalette);
}

std::string signed_palette() {
  return palette_of(kSignedPalette);
}

}  // namespace jetrain::gnuplot
