#pragma once

#include <cstddef>
#include <string>

namespace jetrain {

/// The part of a study's members that one of several processes takes: number, number + of, ...
struct Share {
  std::size_t number = 0;
  std::size_t of = 1;

  bool holds(std::size_t member) const noexcept { return member % of == number; }
};

/// From "K/N", 0 <= K < N. UsageError where it is not that.
Share parse_share(const std::string& text);

}  // namespace jetrain
