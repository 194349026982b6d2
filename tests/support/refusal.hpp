#pragma once

#include <string>

#include "jetrain/error.hpp"

namespace jetrain::test {

/// The message with which `call` refuses what it was given; empty if it does not.
template <class Call>
std::string refusal_of(const Call& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace jetrain::test
