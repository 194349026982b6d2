#pragma once

/// \file
/// The report as one HTML page that needs nothing beside itself: no network, no scripts, pictures inside.

#include <map>
#include <string>
#include <vector>

#include "report/figures.hpp"

namespace jetrain {

/// A headline, then tables and text (HTML), then figures.
struct ReportSection {
  std::string title;
  std::string html;
  std::vector<Figure> figures;
};

/// All that there is to say of the runs, and how other taggers compare with them. What is left out is said
/// where it would stand.
std::vector<ReportSection> report_sections(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);

/// The page; its pictures are drawn here.
std::string report_page(const std::string& title, const std::vector<ReportSection>& sections);

}  // namespace jetrain
