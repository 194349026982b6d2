#pragma once

#include <string>

#include "jetrain/error.hpp"

namespace jetrain::test {

/// The message of the `Refusal` with which `call` refuses what it was given; empty if it does not. Anything
/// else that it throws fails the test.
template <class Refusal = UsageError, class Call>
std::string refusal_of(const Call& call) {
  try {
    call();
  } catch (const Refusal& error) {
    return error.what();
  }
  return "";
}

}  // namespace jetrain::test
