#include "report/short_names.hpp"

#include <algorithm>
#include <filesystem>

namespace jetrain {

namespace fs = std::filesystem;

std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  std::vector<std::string> last_parts;
  for (const std::string& path : paths) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    last_parts.push_back((whole.has_filename() ? whole : whole.parent_path()).filename().string());
  }
  std::vector<std::string> names = last_parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(last_parts.begin(), last_parts.end(), last_parts[i]) > 1) names[i] = paths[i];
  }
  return names;
}

}  // namespace jetrain
