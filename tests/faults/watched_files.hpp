#pragma once

/// \file
/// Which calls count: those whose name is in FAULT_CALLS (separated by commas; empty: all), on files whose
/// absolute path holds one of FAULT_PATHS (separated by colons; one that ends in $ must end the path).

#include <algorithm>
#include <climits>
#include <string_view>

#include "fault_rule.hpp"

namespace faults {

/// A path in a buffer of its own: hooks must not allocate.
class Path {
 public:
  /// As the file system would take it from `folder` (AT_FDCWD: the current one).
  Path(int folder, const char* given) {
    if (given == nullptr) return;
    if (given[0] != '/') {
      if (folder == AT_FDCWD)
        syscall(SYS_getcwd, text_.data(), text_.size());
      else
        follow(folder);
      append("/");
    }
    while (strncmp(given, "./", 2) == 0) given += 2;
    append(strcmp(given, ".") == 0 ? "" : given);
    std::size_t length = strlen(text_.data());
    while (length > 1 && text_[length - 1] == '/') text_[--length] = '\0';
  }
  explicit Path(int file) { follow(file); }

  const char* c_str() const { return text_.data(); }
  std::string_view view() const { return text_.data(); }

 private:
  std::array<char, PATH_MAX> text_{};

  void follow(int file) {
    std::array<char, 32> link{};
    snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
    const long length = syscall(SYS_readlinkat, AT_FDCWD, link.data(), text_.data(), text_.size() - 1);
    text_[length < 0 ? 0 : static_cast<std::size_t>(length)] = '\0';
  }
  void append(const char* more) {
    const std::size_t length = strlen(text_.data());
    const std::size_t fits = std::min(strlen(more), text_.size() - 1 - length);
    std::copy_n(more, fits, text_.data() + length);
    text_[length + fits] = '\0';
  }
};

/// Whether `accept` likes one of the parts of `list` between separators.
template <class Accept>
bool any_part(std::string_view list, char separator, const Accept& accept) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    if (accept(list.substr(0, end))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

inline bool is_watched(std::string_view path) {
  return any_part(variable("FAULT_PATHS", ""), ':', [&](std::string_view part) {
    return part.ends_with('$') ? path.ends_with(part.substr(0, part.size() - 1))
                               : path.find(part) != std::string_view::npos;
  });
}

inline bool is_wanted(std::string_view call) {
  const std::string_view calls = variable("FAULT_CALLS", "");
  return calls.empty() || any_part(calls, ',', [&](std::string_view part) { return part == call; });
}

}  // namespace faults
