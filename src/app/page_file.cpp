#include "app/page_file.hpp"

#include <fmt/format.h>

#include "core/output_file.hpp"
#include "pictures/gnuplot.hpp"

namespace jetrain {

bool write_page(const std::string& path, const std::string& title, std::vector<PageSection> sections) {
  const bool drawn = has_gnuplot();
  if (!drawn) leave_out_figures(sections, fmt::format("no pictures: they are drawn by {}", kMissingGnuplot));
  write_text(path, html_page(title, sections));
  return drawn;
}

}  // namespace jetrain
