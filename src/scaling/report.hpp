#pragma once

/// \file
/// A scaling study as people and programs read it.

#include <string>
#include <vector>

#include "pictures/page.hpp"
#include "scaling/summary.hpp"
#include "scaling/table.hpp"

namespace jetrain {

std::string to_text(const ScalingSummary& summary);
std::string to_csv(const ScalingSummary& summary);
std::string to_json(const ScalingSummary& summary);
/// Its page, with pictures (study_page.cpp).
std::vector<PageSection> page_sections(const ScalingSummary& summary);

/// Whether the points of strong scaling gave the same weights; empty: there are none.
std::string hash_sentence(const ScalingSummary& summary);
/// "2x1", ranks and threads.
std::string workers_text(const ScalingRow& row);
/// Rates, efficiencies and memory, a row a point.
Table rate_table(const ScalingSummary& summary);
/// Seconds by phase, a row a point.
Table phase_table(const ScalingSummary& summary);
/// What the seconds are of.
inline constexpr const char* kPhaseNote =
    "read and preprocess once, the others an epoch; of the slowest rank";

}  // namespace jetrain
