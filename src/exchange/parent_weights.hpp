#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/config.hpp"
#include "exchange/npy_array.hpp"

namespace jetrain {

/// The weights that a training can begin with, and all that their file says of them.
struct ParentWeights {
  std::string weights_hash;                ///< of an .npz: of its arrays as they follow one another
  std::map<std::string, NpyArray> arrays;  ///< by LAYER/kernel, LAYER/bias, ...
  std::optional<Config> config;            ///< that they were trained with; none: an .npz does not say
  std::string start;                       ///< what that training began with (JSON); empty: anew, or unknown
};

/// Of a jetrain model, or an .npz (exchange/npz_file.hpp). DataError, beginning with train.start.model, where
/// the file is neither, damaged, or holds weights that are not finite. On one rank.
ParentWeights read_parent_weights(const std::string& path);

}  // namespace jetrain
