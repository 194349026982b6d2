#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

struct EvaluateOptions {
  std::string model;
  std::vector<std::string> files;
  std::vector<std::string>
      assignments;      ///< --set words: how jets stand in these files (app/layout_assignments.hpp)
  std::string split;    ///< "": all rows; train | validation | test: as the model's config splits these files
  std::string json;     ///< "": none; else a file for the metrics
  std::string roc;      ///< "": none; else a CSV file for the ROC curve
  std::string bins;     ///< "": none; else QUANTITY:BORDER,BORDER,... (app/jet_bins.hpp)
  std::string picture;  ///< "": none; else a file for the picture of the bins: .svg, .png or .pdf
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain evaluate`: how good a stored model is on files. Collective.
void evaluate(const EvaluateOptions& options, const Communicator& comm);

}  // namespace jetrain
