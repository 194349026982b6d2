#pragma once

#include <hdf5.h>

#include <string>
#include <vector>

namespace jetrain {

/// What an HDF5 file has, by paths from its root, without the slash before them.
struct Hdf5Contents {
  std::vector<std::string> datasets;         ///< but for those inside of pandas' groups and PyTables' indexes
  std::vector<std::string> compounds;        ///< of these, those of one dimension with named members
  std::vector<std::string> wider_compounds;  ///< and of more
  std::vector<std::string> frames;           ///< groups that pandas wrote a DataFrame to
  std::vector<std::string> broken;           ///< links that lead nowhere
  bool complete = true;                      ///< there are no more; thousands are not gone through
};

/// Goes through the file's groups. ReadError.
Hdf5Contents contents_of(hid_t file);

/// Whether `path` is a dataset. DataError where there is such a link that leads nowhere; ReadError.
bool is_dataset(hid_t file, const std::string& path);

/// What pandas says that a group is: "frame_table", "frame", ...; empty where it says nothing.
std::string pandas_type(hid_t group);

}  // namespace jetrain
