#pragma once

#include <string>
#include <vector>

#include "pictures/page.hpp"

namespace jetrain {

/// Writes a page with its pictures, or, where nothing can draw them, with a note instead; false there.
bool write_page(const std::string& path, const std::string& title, std::vector<PageSection> sections);

}  // namespace jetrain
