#pragma once

#include <string>

#include "comm/communicator.hpp"

namespace jetrain {

struct ExportOptions {
  std::string model;
  std::string output;
  bool overwrite = false;
};

/// `jetrain export`: a stored model as an ONNX file. Rank 0 writes. Collective.
void export_model(const ExportOptions& options, const Communicator& comm);

}  // namespace jetrain
