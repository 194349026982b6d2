#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "scores/score_file.hpp"
#include "statistics/figures.hpp"

namespace jetrain {

struct MetricsOptions {
  std::vector<std::string> files;
  ScoreNames names;
  FigureOptions figures;
  bool ensemble = false;
  std::string output;  ///< "": none; else an HDF5 file for the ensemble's scores
  std::string json;    ///< "": none; else a file for the figures
  std::string roc;     ///< "": none; else a CSV file for the ROC curves
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain metrics`: how good taggers are, by their scores alone. Rank 0 works, others wait. Collective.
void compute_figures(const MetricsOptions& options, const Communicator& comm);

}  // namespace jetrain
