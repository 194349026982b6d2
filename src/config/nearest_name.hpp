#pragma once

#include <string>
#include <vector>

namespace jetrain {

/// The candidate with the smallest edit distance (Levenshtein) to `word`; "" if none is near enough to be
/// meant.
std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace jetrain
