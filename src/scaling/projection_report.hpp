#pragma once

/// \file
/// A projection as people and programs read it.

#include <string>
#include <vector>

#include "pictures/page.hpp"
#include "scaling/projection.hpp"
#include "scaling/table.hpp"

namespace jetrain {

std::string to_text(const Projection& projection);
/// Numbers for other programs (projection_numbers.cpp).
std::string to_csv(const Projection& projection);
std::string to_json(const Projection& projection);
/// Its page, with pictures (projection_page.cpp).
std::vector<PageSection> page_sections(const Projection& projection);

/// What is projected, and on which network.
std::string plan_text(const Projection& projection);
std::string network_text(const Network& network);
/// From how many ranks on efficiency falls below 90 %, and what breaks first; else what is kept.
std::string break_sentence(const Projection& projection, ScalingMode mode);
/// Efficiencies and times, a row a number of ranks.
Table row_table(const Projection& projection);
/// What the model said of measured points that it did not know, and how far off it was.
Table held_out_table(const Projection& projection);
std::string error_sentence(const Projection& projection);

}  // namespace jetrain
