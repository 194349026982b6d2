#pragma once

/// \file
/// What a report is made of, part by part.

#include <vector>

#include "pictures/page.hpp"
#include "report/figures.hpp"

namespace jetrain {

/// All that there is to say of the runs, and how other taggers compare with them. What is left out is said
/// where it would stand.
std::vector<PageSection> report_sections(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);

}  // namespace jetrain
