#pragma once

/// \file
/// The weights in a file of Keras (see exchange/keras_file.hpp), as it groups and names them.

#include <cstdint>
#include <string>
#include <vector>

#include "exchange/network_outline.hpp"
#include "io/hdf5.hpp"

namespace jetrain {

struct StoredKerasLayer {
  std::string name;
  std::vector<std::string> weights;               ///< paths in the file
  std::vector<std::vector<std::int64_t>> shapes;  ///< of these
};

/// A group of the file: all its weights, and by the layers that their names say.
struct StoredKerasGroup {
  StoredKerasLayer whole;
  std::vector<StoredKerasLayer> layers;  ///< in the order of their first weights
};

/// The groups that have weights, in the file's order. DataError where this is no file of Keras.
std::vector<StoredKerasGroup> stored_keras_groups(hid_t file, const std::string& path);

/// A text that stands beside the weights of a whole model; empty: there is none.
std::string keras_text(hid_t file, const char* name, const std::string& path);

/// DataError where the layers of a group are numbered in another order than they stand: those that are frozen
/// come last, and nothing says which is which.
void require_order(const StoredKerasGroup& group, const std::string& path);

/// The weights of a layer that the file's model_config names. DataError where there are none.
const StoredKerasLayer& stored_layer_of(const OutlineLayer& layer,
                                        const std::vector<StoredKerasGroup>& groups, const std::string& path);

}  // namespace jetrain
