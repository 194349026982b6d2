#include "core/name_pattern.hpp"

#include <fnmatch.h>

#include <limits>

namespace jetrain {

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::size_t specificity(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return std::numeric_limits<std::size_t>::max();
  std::size_t letters = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t end = pattern[i] == '[' ? pattern.find(']', i + 2) : std::string::npos;
    if (end != std::string::npos)
      i = end;
    else if (pattern[i] != '*' && pattern[i] != '?')
      ++letters;
  }
  return letters;
}

}  // namespace jetrain
