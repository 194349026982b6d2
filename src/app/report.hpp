#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "pictures/figure.hpp"
#include "scores/score_file.hpp"

namespace jetrain {

struct ReportOptions {
  std::vector<std::string> runs;          ///< may be none where there are predictions
  std::vector<std::string> predictions;   ///< files of other taggers' scores and labels
  ScoreNames names;                       ///< in the files of predictions
  std::optional<PictureFormat> pictures;  ///< a file for each, of this format; none: one page of HTML
  std::string output;                     ///< the page, or the pictures' folder; "": report.html, or report
  std::vector<std::string> files;         ///< instead of those of the configs
  std::int64_t jets = 20000;              ///< of the validation set, at most; 0: all
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain report`: pictures and tables of runs, and of other taggers beside them, made by rank 0 alone.
/// Collective.
void report(const ReportOptions& options, const Communicator& comm);

}  // namespace jetrain
