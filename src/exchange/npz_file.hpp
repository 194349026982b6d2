#pragma once

/// \file
/// Weights as NumPy's .npz (numpy.load gives a dictionary of arrays): LAYER/kernel, LAYER/bias, ... with the
/// names and shapes of best.h5.

#include <string>
#include <utility>
#include <vector>

#include "exchange/npy_array.hpp"
#include "nn/model.hpp"

namespace jetrain {

/// Writes the file whole or not at all. On one rank.
void save_npz(const std::string& path, const Model& model);

/// Arrays by their names without .npy, as they follow one another. DataError where one is not of float32, or
/// the file is no archive of arrays. On one rank.
std::vector<std::pair<std::string, NpyArray>> read_npz(const std::string& path);

/// Fills the model's parameters from a file of numpy.savez or savez_compressed. DataError where an array is
/// missing, too much, of another shape or type, or not finite. On one rank.
void load_npz(const std::string& path, Model& model);

}  // namespace jetrain
