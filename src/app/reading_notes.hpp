#pragma once

#include <cstdint>

#include "jets/constituent_set.hpp"

namespace jetrain {

/// Prints what there is to say of rows that were read: how many bad ones were left out, and what was unusual
/// in jets that became sets. On one rank.
void print_notes(std::int64_t skipped, const ReadingNotes& notes);

}  // namespace jetrain
