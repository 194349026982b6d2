#pragma once

#include "core/word.hpp"

namespace jetrain {

/// How sums over all ranks are made (comm/rank_sum.hpp); the same bits either way.
enum class Allreduce { hierarchical, flat };
constexpr Word word_of(Allreduce method) {
  switch (method) {
    case Allreduce::hierarchical:
      return {"hierarchical", "the ranks of a node add by shared memory, then each slice travels by itself"};
    case Allreduce::flat:
      return {"flat", "one MPI_Allreduce over all ranks"};
  }
  return {};
}

}  // namespace jetrain
