#include "core/file_names.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr const char* kSigns = "*?[";

bool is_there(const std::string& name) {
  struct stat status {};
  return lstat(name.c_str(), &status) == 0;
}

std::string home_of(const std::string& user) {
  if (user.empty()) {
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  }
  const passwd* entry = user.empty() ? getpwuid(getuid()) : getpwnam(user.c_str());
  return entry == nullptr ? "" : entry->pw_dir;
}

std::vector<std::string> matches_of(const std::string& pattern, const std::string& what) {
  glob_t found{};
  errno = 0;
  const int result = glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> names(found.gl_pathv, found.gl_pathv + (result == 0 ? found.gl_pathc : 0));
  const int cause = errno;
  globfree(&found);
  if (result == GLOB_NOMATCH) throw DataError(fmt::format("{}: no file matches {}", what, pattern));
  if (result != 0)
    throw DataError(fmt::format("{}: cannot look for {}: {}", what, pattern, std::strerror(cause)));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool is_pattern(const std::string& name) {
  return name.starts_with('~') || name.find_first_of(kSigns) != std::string::npos;
}

std::string with_home(const std::string& name) {
  if (!name.starts_with('~')) return name;
  const std::size_t slash = std::min(name.find('/'), name.size());
  const std::string home = home_of(name.substr(1, slash - 1));
  return home.empty() ? name : home + name.substr(slash);
}

std::vector<std::string> expanded_names(const std::vector<std::string>& names, const std::string& what) {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    const std::string path = is_there(name) ? name : with_home(name);
    if (is_there(path) || path.find_first_of(kSigns) == std::string::npos) {
      all.push_back(path);
      continue;
    }
    const std::vector<std::string> matches = matches_of(path, what);
    all.insert(all.end(), matches.begin(), matches.end());
  }
  return all;
}

}  // namespace jetrain
