#pragma once

/// \file
/// A teacher's probabilities (train.teacher) on their way to the training samples: from a file of scores, or
/// of models that score the jets now.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"

namespace jetrain {

/// On all ranks alike.
struct TeacherScores {
  std::string name;                  ///< for messages
  std::int64_t width = 1;            ///< 1: of class 1; else of each class
  std::vector<float> probabilities;  ///< (jets, width)
  std::vector<std::uint8_t> labels;  ///< (jets) that the teacher's files have
  std::vector<std::int64_t> rows;    ///< (jets) their numbers in these files, ascending; empty: not known
  std::vector<std::string> weights_hashes;
  std::vector<std::string> doubts;  ///< on rank 0, in whole sentences

  std::int64_t jets() const { return std::ssize(labels); }
};

/// Of config.train.teacher.scores. CollectiveError where it is no file of probabilities, or of other classes.
/// Collective.
TeacherScores read_teacher_scores(const Config& config, const Communicator& comm);

/// The mean of config.train.teacher.model's probabilities for the jets that train, which are read once for
/// each of them, as its network sees jets. Collective.
TeacherScores score_by_teachers(const Config& config, const Communicator& comm);

}  // namespace jetrain
