#pragma once

/// \file
/// What a file's jet table looks like on disk, checked against what the reader needs. Column names live in
/// pickled attributes, which are never unpickled; the dimensions are checked instead.

#include <hdf5.h>

#include <cstdint>
#include <string>

#include "io/dataset.hpp"
#include "layouts/jet_source.hpp"

namespace jetrain {

inline constexpr const char* kJetTable = "/table/table";

/// The record of JetBlock as an HDF5 type in this machine's byte order. HDF5 converts from any other record.
hdf5::Handle packed_record_type();

/// Opens the jet table of `file`. DataError where there is none. Collective over the file's ranks.
hdf5::Dataset open_jet_table(hid_t file, const std::string& path);

/// Checks the table's shape and columns and describes it. DataError says what was expected and what found.
FileLayout check_jet_table(const hdf5::Dataset& dataset, const std::string& path);

/// Whether the table's records on disk are those of JetBlock, byte for byte.
bool has_packed_records(const hdf5::Dataset& dataset);

}  // namespace jetrain
