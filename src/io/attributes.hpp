#pragma once

/// \file
/// Attributes: small values that stand beside a file's groups and datasets.

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace jetrain::hdf5 {

/// One value each.
void write_attribute(hid_t object, const std::string& name, const std::string& value);
void write_attribute(hid_t object, const std::string& name, std::int64_t value);
void write_attribute(hid_t object, const std::string& name, float value);
/// A string whose bytes are a Python pickle, as PyTables stores it (ASCII set).
void write_pickle(hid_t object, const std::string& name, const std::string& value);
/// Whether there is one of that name. ReadError.
bool has_attribute(hid_t object, const std::string& name);
std::string text_attribute(hid_t object, const std::string& name);
/// The same of a text that may have zeros in it, as a pickle has them: all bytes, or up to the end of one of
/// its own length.
std::string bytes_attribute(hid_t object, const std::string& name);
/// An integer, or a bool of PyTables (bits, which HDF5 does not convert).
std::int64_t integer_attribute(hid_t object, const std::string& name);

/// Several texts, as h5py writes a list of bytes.
void write_texts(hid_t object, const std::string& name, const std::vector<std::string>& texts);
/// Several texts of equal or of their own lengths. DataError begins with `where`.
std::vector<std::string> read_texts(hid_t object, const std::string& name, const std::string& where);

}  // namespace jetrain::hdf5
