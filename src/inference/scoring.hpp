#pragma once

/// \file
/// The forward pass over many samples: of some in memory, or straight from files without keeping any.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "dataset/selected_rows.hpp"
#include "nn/model.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {

/// Scores of `count` samples, by OpenMP threads; `sample(i)` gives the i-th. `outputs` (null: not wanted)
/// becomes what the network says of each, (count, outputs).
/// Weights are kept where any is not 1.
ScoredJets score_samples(const Model& model, std::int64_t count,
                         const std::function<SampleView(std::int64_t)>& sample,
                         std::vector<float>* outputs = nullptr);

/// One scored row of a file.
struct ScoredRow {
  std::int64_t row = 0;
  float score = 0;
  std::uint8_t label = 0;
  std::uint8_t predicted = 0;
};

/// This rank's rows (in file order) and the sums over them.
struct ScoredSlice {
  std::vector<ScoredRow> rows;
  ExactTotal loss_sum;  ///< of weight times loss
  std::int64_t skipped = 0;
  ReadingNotes notes;          ///< of jets that became sets
  bool labelled = true;        ///< false: a regression, or rows without labels
  bool has_labels = true;      ///< false: the files have none, and labels are 0
  std::vector<float> outputs;  ///< (rows, outputs), where there are more than two
  std::vector<float> weights;  ///< (rows), where data.weights names some; empty: all 1
  std::int64_t classes = 2;
  std::int64_t signal = 1;
};

/// DataError that names the row, where the network has no output for its label.
void require_output(const Model& model, const RowSource& rows, std::int64_t row, std::uint8_t label);

/// Scores those rows of `range` that belong to one of the sets, made in the first way, window by window:
/// memory grows with scores (16 bytes a row), but not with samples. DataError (agreed on) names the first row
/// whose label the network has no output for, or whose score is NaN or infinite. Collective.
ScoredSlice score_rows(const Model& model, const SelectedRows& rows, RowRange range,
                       const Communicator& comm);

/// All slices' rows on rank 0 in file order (empty elsewhere), with the sums over all ranks. Collective.
ScoredSlice gather_scores(ScoredSlice slice, const Communicator& comm);

/// The scores and labels alone, for compute_metrics.
ScoredJets without_rows(const ScoredSlice& slice);

}  // namespace jetrain
