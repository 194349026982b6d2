#pragma once

/// \file
/// The jets of a study: read once for all trainings, whatever they make of them.

#include <map>
#include <string>
#include <vector>

#include "dataset/sample_loader.hpp"
#include "study/trials.hpp"

namespace jetrain {

/// What one training uses.
struct TrialSets {
  SampleSet train;
  SampleSet validation;
};

class StudyData {
 public:
  /// Reads what `trials` need. Those that differ only in what is made of a jet share one reading of the
  /// files. Collective.
  StudyData(const std::vector<Trial>& trials, const Communicator& comm, const Say& say);

  /// The sets of one of them, as a training by itself reads them from the files: its fold of a
  /// cross-validation, its part of the training jets. Collective.
  TrialSets sets_of(const Trial& trial) const;

  const LoadedSamples& loaded(const Trial& trial) const;

 private:
  const Communicator& comm_;
  std::map<std::string, LoadedSamples> loaded_;  ///< by what the samples depend on
};

}  // namespace jetrain
