#pragma once

/// \file
/// Why a training ended.

#include <cstdint>
#include <string>

#include "core/word.hpp"

namespace jetrain {

enum class EndedBy : std::uint8_t { all_epochs, not_improved, reached, hopeless, observer };
constexpr Word word_of(EndedBy rule) {
  switch (rule) {
    case EndedBy::all_epochs:
      return {"all_epochs"};
    case EndedBy::not_improved:
      return {"not_improved"};
    case EndedBy::reached:
      return {"reached"};
    case EndedBy::hopeless:
      return {"hopeless"};
    case EndedBy::observer:
      return {"observer"};
  }
  return {};
}

struct TrainingEnd {
  EndedBy by = EndedBy::all_epochs;
  std::string why;  ///< which value, and when: for people
};

}  // namespace jetrain
