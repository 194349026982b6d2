#pragma once

/// \file
/// Weights as NumPy's .npz (numpy.load gives a dictionary of arrays): LAYER/kernel, LAYER/bias, ... with the
/// names and shapes of best.h5.

#include <string>

#include "nn/model.hpp"

namespace jetrain {

/// Writes the file whole or not at all. On one rank.
void save_npz(const std::string& path, const Model& model);

/// Fills the model's parameters from a file of numpy.savez or savez_compressed. DataError where an array is
/// missing, too much, of another shape or type, or not finite. On one rank.
void load_npz(const std::string& path, Model& model);

}  // namespace jetrain
