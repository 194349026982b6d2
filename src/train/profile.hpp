#pragma once

/// \file
/// Where a training's time goes, phase by phase: `jetrain train --profile`.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// One phase on one rank.
struct Phase {
  std::string name;
  double seconds = 0;  ///< mean over the rank's threads
  double flops = 0;    ///< of all the rank's threads; 0 where counting them means nothing
};

/// The table that rank 0 prints (empty text elsewhere): seconds (min, median, max over ranks), share of the
/// total, and for phases with flops their rate as a share of the multiply-add peak, which is measured here on
/// all ranks at once. All ranks give the same phases. `total_seconds`: of the stretch that the phases divide;
/// what they leave is "other".
std::string profile_table(std::vector<Phase> phases, double total_seconds, int threads,
                          const Communicator& comm);

}  // namespace jetrain
