#include "pictures/page.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "pictures/gnuplot.hpp"
#include "pictures/html.hpp"
#include "pictures/page_style.hpp"

namespace jetrain {
namespace {

std::string base64(const std::string& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// A caption with its subscripts.
std::string caption_html(const std::string& caption) {
  std::string html = html_escaped(caption);
  for (const char* index : {"_B", "_S"}) {
    const std::string plain = std::string("ε") + index;
    for (std::size_t at = 0; (at = html.find(plain, at)) != std::string::npos;)
      html.replace(at, plain.size(), fmt::format("ε<sub>{}</sub>", index[1]));
  }
  return html;
}

/// As an image of its own, not as part of the page: the names inside two SVGs never meet.
std::string figure_html(const Figure& figure, PictureFormat format, const std::string& picture) {
  return fmt::format(
      "<figure id=\"{}\"><img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/{};base64,{}\">\n"
      "<figcaption>{}</figcaption></figure>\n",
      figure.name, html_escaped(figure.caption), figure.width, figure.height,
      format == PictureFormat::svg ? "svg+xml" : "png", base64(picture), caption_html(figure.caption));
}

}  // namespace

std::string html_page(const std::string& title, const std::vector<PageSection>& sections) {
  std::vector<Drawing> drawings;
  for (const PageSection& section : sections) {
    for (const Figure& figure : section.figures)
      drawings.push_back({figure, figure.raster ? PictureFormat::png : PictureFormat::svg});
  }
  const std::vector<std::string> pictures = draw(drawings);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>jetrain: {0}</title>\n<style>{1}</style></head>\n<body>\n<h1>jetrain: {0}</h1>\n<main>\n",
      html_escaped(title), page_style());
  std::size_t next = 0;
  for (const PageSection& section : sections) {
    if (section.html.empty() && section.figures.empty()) continue;
    html += "<section>\n";
    if (!section.title.empty()) html += fmt::format("<h2>{}</h2>\n", html_escaped(section.title));
    html += section.html;
    if (!section.figures.empty()) html += "<div class=\"figures\">\n";
    for (const Figure& figure : section.figures) {
      html += figure_html(figure, drawings[next].format, pictures[next]);
      ++next;
    }
    html += section.figures.empty() ? "</section>\n" : "</div>\n</section>\n";
  }
  return html + "</main>\n</body></html>\n";
}

void leave_out_figures(std::vector<PageSection>& sections, const std::string& note) {
  for (PageSection& section : sections) section.figures.clear();
  sections.insert(sections.begin(), {"", note_html(note), {}});
}

}  // namespace jetrain
