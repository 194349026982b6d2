#pragma once

/// \file
/// What the best model of a run says of its validation jets, computed anew from RUN/best.h5 and the data
/// files.

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/grid.hpp"
#include "inference/model_file.hpp"
#include "report/run_record.hpp"
#include "report/scored_tagger.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {

struct ScoringRequest {
  std::vector<std::string> files;  ///< instead of those of the config; empty: those
  std::int64_t jets = 20000;       ///< at most so many of the validation set, the first; 0: all
  bool steps = false;              ///< also images of the steps of preprocessing
};

/// The jets with some steps of the preprocessing taken, channel pt, in GeV but after the last step.
struct PreprocessingStep {
  std::string name;  ///< raw | centred | rotated | normalised
  std::string text;  ///< what was done
  ImageConfig image;
  Grid grid;  ///< of the jets' input
  SampleStore jets;
};

/// Which jets were scored, to be compared.
struct ScoredJetNumbers {
  std::vector<std::string> files;
  std::vector<std::int64_t> rows;

  bool operator==(const ScoredJetNumbers&) const = default;
};

struct ScoredRun {
  std::optional<StoredModel> model;      ///< none: there is no best.h5 yet
  std::string missing;                   ///< why there are no scores; empty: there are
  ScoredTagger tagger;                   ///< empty where scores are missing
  SampleStore samples;                   ///< the network's input
  ScoredJetNumbers jets;                 ///< which of them were scored
  std::vector<PreprocessingStep> steps;  ///< of runs on jets, where asked for
};

/// Where files are not there, `missing` says so; all else that is wrong is an error. `comm`: of one rank.
ScoredRun score_run(const RunRecord& run, const ScoringRequest& request, const Communicator& comm);

}  // namespace jetrain
