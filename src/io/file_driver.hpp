#pragma once

/// \file
/// What our two drivers of files have in common, the one that reads (io/reading_driver.hpp) and the one that
/// writes (io/watched_access.hpp). HDF5's model of a driver: a file is bytes from 0 to the "end of addresses"
/// that HDF5 hands out; below it, any of them are read and written.

#include <hdf5.h>

namespace jetrain::hdf5 {

/// An open file. HDF5 keeps its own things in the base, by whose address it knows the file.
struct DriverFile : H5FD_t {
  DriverFile() : H5FD_t() {}

  haddr_t end_of_addresses = 0;
  haddr_t end_of_file = 0;
};

/// A driver that can tell its files' ends, and has HDF5 gather small pieces as its own driver does. To be
/// filled in: open, close, read, write and what else it needs. `number`: its own, by which HDF5 from 1.14 on
/// knows it, 512 or above since it is in no register.
H5FD_class_t basic_driver(const char* name, int number);

/// Registers `driver` (which must stay where it is), and again where HDF5 was closed meanwhile. `id`: what
/// the last call gave.
hid_t registered(const H5FD_class_t& driver, hid_t id);

}  // namespace jetrain::hdf5
