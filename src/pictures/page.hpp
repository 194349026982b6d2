#pragma once

/// \file
/// One HTML page that needs nothing beside itself: no network, no scripts, pictures inside.

#include <string>
#include <vector>

#include "pictures/figure.hpp"

namespace jetrain {

/// A headline, then tables and text (HTML), then figures. No headline: none, as at the page's top; nothing
/// but a headline: it is left out.
struct PageSection {
  std::string title;
  std::string html;
  std::vector<Figure> figures;
};

/// The page; its pictures are drawn here (gnuplot.hpp).
std::string html_page(const std::string& title, const std::vector<PageSection>& sections);

/// For where nothing can be drawn: the page's top says `note` instead.
void leave_out_figures(std::vector<PageSection>& sections, const std::string& note);

}  // namespace jetrain
