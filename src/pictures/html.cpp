#include "pictures/html.hpp"

#include <fmt/format.h>

#include "core/printable_text.hpp"

namespace jetrain {
namespace {

std::string row_html(const std::string& name, const std::vector<std::string>& cells) {
  std::string html = fmt::format("<tr><th scope=\"row\">{}</th>", name);
  for (const std::string& cell : cells) html += fmt::format("<td>{}</td>", cell);
  return html + "</tr>";
}

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string out;
  for (const char c : printable_lines(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string note_html(const std::string& text) {
  return fmt::format("<p class=\"note\">{}</p>\n", html_escaped(text));
}

HtmlTable::HtmlTable(const std::string& caption, const std::vector<std::string>& columns) {
  if (!caption.empty()) head_ = fmt::format("<caption>{}</caption>", caption);
  head_ += "\n<thead><tr>";
  for (const std::string& column : columns)
    head_ += column.empty() ? "<th></th>" : fmt::format("<th scope=\"col\">{}</th>", column);
  head_ += "</tr></thead>\n";
}

void HtmlTable::row(const std::string& name, const std::vector<std::string>& cells) {
  rows_ += row_html(name, cells) + "\n";
}

void HtmlTable::footer(const std::string& name, const std::vector<std::string>& cells) {
  footer_ = "<tfoot>" + row_html(name, cells) + "</tfoot>";
}

std::string HtmlTable::html() const {
  return "<div class=\"wide\"><table>" + head_ + "<tbody>\n" + rows_ + "</tbody>\n" + footer_ +
         "</table></div>\n";
}

}  // namespace jetrain
