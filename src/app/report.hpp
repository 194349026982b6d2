#pragma once

#include <string>
#include <vector>

#include "jetrain/comm/communicator.hpp"

namespace jetrain {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string format = "html";     ///< html: one page; svg | png | pdf: a file for each picture
  std::string output;              ///< the page, or the pictures' folder; "": report.html, or report
  std::vector<std::string> files;  ///< instead of those of the configs
  std::int64_t jets = 20000;       ///< of the validation set, at most; 0: all
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain report`: pictures and tables of runs, made by rank 0 alone. Collective.
void report(const ReportOptions& options, const Communicator& comm);

}  // namespace jetrain
