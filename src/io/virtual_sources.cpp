#include "io/virtual_sources.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "io/hdf5.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

namespace fs = std::filesystem;

std::string source_name(hid_t creation_list, std::size_t index) {
  const auto length = check(H5Pget_virtual_filename(creation_list, index, nullptr, 0), "listing sources");
  std::string name(static_cast<std::size_t>(length) + 1, '\0');
  H5Pget_virtual_filename(creation_list, index, name.data(), name.size());
  name.pop_back();
  return name;
}

/// The folders in which HDF5 looks.
std::vector<fs::path> folders_of(const std::string& file) {
  std::vector<fs::path> folders{fs::path(file).parent_path(), fs::path()};
  if (const char* prefix = std::getenv("HDF5_VDS_PREFIX")) folders.emplace_back(prefix);
  return folders;
}

}  // namespace

void require_sources(hid_t creation_list, const std::string& dataset, const std::string& file) {
  std::size_t count = 0;
  check(H5Pget_virtual_count(creation_list, &count), "listing the sources of " + dataset);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = source_name(creation_list, i);
    // "." is this file; with %b it stands for any number of files, of which some may be missing.
    if (name == "." || name.find("%b") != std::string::npos) continue;
    bool found = false;
    std::error_code absent;
    for (const fs::path& folder : folders_of(file)) found = found || fs::exists(folder / name, absent);
    if (!found) {
      throw DataError(
          fmt::format("{} is put together from other files, of which {} is not there: copy it beside {}",
                      dataset, name, file));
    }
  }
}

}  // namespace jetrain::hdf5
