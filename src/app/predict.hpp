#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

struct PredictOptions {
  std::string model;
  std::vector<std::string> files;
  std::string output;
  std::vector<std::string>
      assignments;    ///< --set words: how jets stand in these files (app/layout_assignments.hpp)
  std::string split;  ///< "": all rows; train | validation | test: as the model's config splits these files
  std::string grid;   ///< "": none; LOW:HIGH:POINTS, instead of files
  bool weights = false;  ///< also each jet's weight, as data.weights of the model's config names it
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain predict`: score, label and row of every jet, or of a set's, as an HDF5 or CSV file. Files of jets
/// may be larger than memory: they are read in windows, and scores are written after each quarter of a
/// million rows. Only HDF5's own index of the chunks that were read still grows with the file (about 10 MB a
/// million rows). Plain arrays (data.arrays) are held as a whole. Collective.
void predict(const PredictOptions& options, const Communicator& comm);

}  // namespace jetrain
