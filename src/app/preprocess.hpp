#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

struct PreprocessOptions {
  std::string config;
  std::vector<std::string> assignments;  ///< --set key=value
  std::string output;
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain preprocess`: the images that `train` would see, dense, in the order of the files' rows:
/// images float32 (N, bins, bins), or (N, channels, bins, bins); features float32 (N, features) where
/// data.high_level names some; labels uint8 (N), split uint8 (N; 0 train, 1 test, 2 validation, as `ttv`),
/// row int64 (N; row number over all files of the set's source). With `input: constituents` the cache of
/// samples (dataset/sample_cache.hpp) that `train` would make as its data.cache. Collective.
void preprocess(const PreprocessOptions& options, const Communicator& comm);

}  // namespace jetrain
