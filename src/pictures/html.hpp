#pragma once

/// \file
/// The parts of pages that are no pictures.

#include <string>
#include <vector>

namespace jetrain {

/// `&`, `<`, `>` and quotation marks as HTML writes them; what it does not allow (control characters, bytes
/// that are no UTF-8) as escapes.
std::string html_escaped(const std::string& text);

/// A paragraph of plain text that stands out.
std::string note_html(const std::string& text);

/// A table whose rows have names; wider than the page it can be moved below it. All that it is given is HTML.
class HtmlTable {
 public:
  /// `columns`: headlines, the first that of the names. No caption: none.
  HtmlTable(const std::string& caption, const std::vector<std::string>& columns);

  void row(const std::string& name, const std::vector<std::string>& cells);
  /// A last row, set apart from the others.
  void footer(const std::string& name, const std::vector<std::string>& cells);
  std::string html() const;

 private:
  std::string head_;
  std::string rows_;
  std::string footer_;
};

}  // namespace jetrain
