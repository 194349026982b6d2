#pragma once

#include <string>
#include <vector>

#include "scaling/points.hpp"

namespace jetrain {

/// 1, 2, 4, ... and `most` itself.
std::vector<int> powers_of_two_up_to(int most);

/// For machines on which one job should not hold all nodes while it measures few: one SLURM batch script for
/// each number of ranks and threads, FOLDER/jobs/r0004_t01.sbatch, and FOLDER/jobs/submit.sh, which submits
/// all. Their points go to the same FOLDER. DataError where they cannot be written; UsageError where SLURM
/// could not read the folder's name. On one rank.
void write_job_scripts(const std::string& folder, const std::string& config,
                       const std::vector<std::string>& assignments, const std::vector<ScalingPoint>& points);

}  // namespace jetrain
