#pragma once

/// \file
/// Small HDF5 files of our own (models, checkpoints): whole values in them, and the files as a whole. They
/// are made in memory and reach the disk as bytes, so that a full disk is an error with a reason, and HDF5
/// never sees it. A sealed file ends in a checksum of all that stands before it (HDF5 and h5py do not mind);
/// a flipped bit or a missing end is found before HDF5 reads anything.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "io/dataset.hpp"

namespace jetrain::hdf5 {

enum class Seal : std::uint8_t { none, checksum };

/// Calls `fill` with a new file and writes what it holds to `path`, whole or not at all.
void write_file(const std::string& path, Seal seal, const std::function<void(hid_t file)>& fill);

/// `image` (a whole file in memory) with its seal behind it.
std::vector<std::byte> sealed(std::vector<std::byte> image);

/// Whether a file ends in a seal, good or bad. DataError where it cannot be opened, ReadError.
bool has_seal(const std::string& path);
/// Throws DataError where a sealed file is not as it was written. ReadError.
void check_seal(const std::string& path);

/// Datasets of any path; groups on the way are made.
void write_text(hid_t file, const std::string& path, const std::string& text);
std::string read_text(hid_t file, const std::string& path);
template <Number T>
void write_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 const T* values) {
  Dataset dataset = Dataset::create<T>(file, path, shape);
  dataset.write_records(0, dataset.rows(), element_type<T>().memory, values);
}
/// The first dimension of an array, 0 of a scalar. DataError where it is larger than the file could hold, so
/// that memory may be taken for it.
std::int64_t array_length(hid_t file, const std::string& path);
/// DataError where `dataset` has another shape.
void require_shape(const Dataset& dataset, const std::vector<std::int64_t>& shape);
/// DataError where the shape in the file is another one.
template <Number T>
void read_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape, T* values) {
  const Dataset dataset = Dataset::open(file, path);
  require_shape(dataset, shape);
  dataset.read_records(0, dataset.rows(), element_type<T>().memory, values);
}

}  // namespace jetrain::hdf5
