#pragma once

#include <cerrno>

namespace jetrain {

/// The result of a system call, made again where a signal interrupted it; but not for ever.
template <class Call>
auto uninterrupted(const Call& call) {
  constexpr int kMostTries = 100;
  auto result = call();
  for (int tries = 1; result < 0 && errno == EINTR && tries < kMostTries; ++tries) result = call();
  return result;
}

}  // namespace jetrain
