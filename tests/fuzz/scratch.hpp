#pragma once

/// \file
/// What fuzz targets share: a place for their bytes, and a small config.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "targets.hpp"

namespace jetrain::fuzz {

/// One file in memory, where the system has such a folder.
inline const std::string& scratch_file() {
  static const std::string path = [] {
    const bool memory = std::filesystem::is_directory("/dev/shm");
    const std::filesystem::path folder = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    return (folder / ("jetrain_fuzz_" + std::to_string(getpid()) + ".h5")).string();
  }();
  return path;
}

inline void put(const std::string& bytes, const std::string& path = scratch_file()) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What `write(path)` leaves.
template <class Write>
std::string written_by(const Write& write) {
  std::filesystem::remove(scratch_file());
  write(scratch_file());
  return content_of(scratch_file());
}

template <class Work>
Outcome outcome_of(const Work& work) {
  try {
    work();
    return Outcome::accepted;
  } catch (const Error&) {
    return Outcome::refused;
  }
}

inline constexpr const char* kSmallConfig =
    "seed: 7\n"
    "data: {files: [a.h5, b.h5], split: {method: random, validation: 0.2, test: 0.1}}\n"
    "image: {bins: 6, normalize: sum}\n"
    "model:\n"
    "  layers:\n"
    "    - conv2d: {filters: 3, kernel: [2, 3], padding: same, activation: relu}\n"
    "    - max_pool2d: {size: 2}\n"
    "    - flatten\n"
    "    - dense: {units: 2, activation: softmax}\n"
    "train: {batch_size: 8, optimizer: {adam: {learning_rate: 1e-3}}}\n"
    "checkpoint: {every_steps: 3}\n";

inline Config small_config() {
  return parse_config(kSmallConfig, "seed.yaml");
}

inline constexpr const char* kSmallSetConfig =
    "data: {files: [a.h5]}\n"
    "input: constituents\n"
    "constituents: {most: 5, axis: leading, features: [pt_fraction, eta_rel, log_pt: {shift: 2, clip: 3}]}\n"
    "augmentation: {rotate_degrees: 20, drop: 0.1}\n"
    "model:\n"
    "  layers:\n"
    "    - dense: {units: 4, activation: relu}\n"
    "    - sum_pool: {weight: pt_fraction}\n"
    "    - dense: {units: 2, activation: softmax}\n";

inline Config small_set_config() {
  return parse_config(kSmallSetConfig, "sets.yaml");
}

}  // namespace jetrain::fuzz
