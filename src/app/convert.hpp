#pragma once

#include <string>

#include "comm/communicator.hpp"

namespace jetrain {

struct ConvertOptions {
  std::string from;
  std::string to;
  std::string config;  ///< of the network, where `from` holds weights alone
  bool overwrite = false;
};

/// `jetrain convert`: weights between a model of jetrain, Keras' HDF5 and NumPy's .npz. Rank 0 writes.
/// Collective.
void convert(const ConvertOptions& options, const Communicator& comm);

}  // namespace jetrain
