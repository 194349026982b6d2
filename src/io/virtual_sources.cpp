#include "io/virtual_sources.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "io/dataset.hpp"
#include "io/hdf5.hpp"
#include "io/links.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

namespace fs = std::filesystem;

/// A file's or a dataset's name of a part.
template <class Ask>
std::string text_of(Ask ask, hid_t creation_list, std::size_t index) {
  const auto length = check(ask(creation_list, index, nullptr, 0), "listing sources");
  std::string name(static_cast<std::size_t>(length) + 1, '\0');
  ask(creation_list, index, name.data(), name.size());
  name.pop_back();
  return name;
}

/// The folders in which HDF5 looks.
std::vector<fs::path> folders_of(const std::string& file) {
  std::vector<fs::path> folders{fs::path(file).parent_path(), fs::path()};
  if (const char* prefix = std::getenv("HDF5_VDS_PREFIX")) folders.emplace_back(prefix);
  return folders;
}

/// Empty: it is nowhere.
std::string found_at(const std::string& source, const std::string& file) {
  std::error_code absent;
  for (const fs::path& folder : folders_of(file))
    if (fs::exists(folder / source, absent)) return (folder / source).string();
  return "";
}

bool is_bounded(hid_t space) {
  if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0) return true;
  std::vector<hsize_t> start(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  std::vector<hsize_t> stride = start, number = start, block = start;
  H5Sget_regular_hyperslab(space, start.data(), stride.data(), number.data(), block.data());
  const auto is_unlimited = [](hsize_t n) { return n == H5S_UNLIMITED; };
  return std::none_of(number.begin(), number.end(), is_unlimited) &&
         std::none_of(block.begin(), block.end(), is_unlimited);
}

/// That the part's dataset is there, and has all elements that are taken from it.
void require_part(hid_t creation_list, std::size_t index, const std::string& path, const std::string& name) {
  const std::string wanted = text_of(H5Pget_virtual_dsetname, creation_list, index);
  const Handle file = open_file(path);
  if (!exists(file, wanted))
    throw DataError(fmt::format("{} is put together from other files, and {} has no {}", name, path, wanted));
  const Dataset part = Dataset::open(file, wanted);
  const Handle space(H5Pget_virtual_srcspace(creation_list, index), H5Sclose);
  std::vector<hsize_t> first(part.shape().size());
  std::vector<hsize_t> last(part.shape().size());
  if (H5Sget_select_type(space) == H5S_SEL_ALL) {
    const Handle taken(H5Pget_virtual_vspace(creation_list, index), H5Sclose);
    const std::int64_t elements = H5Sget_select_npoints(taken);
    if (part.rows() * part.row_size() == elements) return;
    throw DataError(fmt::format("{} takes {} values of {}, which has the shape ({})", name, elements,
                                part.name(), fmt::join(part.shape(), ", ")));
  }
  if (H5Sget_simple_extent_ndims(space) == static_cast<int>(first.size()))
    H5Sget_select_bounds(space, first.data(), last.data());
  for (std::size_t axis = 0; axis < last.size(); ++axis) {
    if (last[axis] < static_cast<hsize_t>(part.shape()[axis])) continue;
    throw DataError(fmt::format("{} takes rows up to {} of {}, which has the shape ({})", name, last[axis],
                                part.name(), fmt::join(part.shape(), ", ")));
  }
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  const std::size_t shown = std::min(kShown, names.size());
  const std::string some =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return shown == names.size() ? some : fmt::format("{}, and {} more", some, names.size() - shown);
}

}  // namespace

void require_sources(hid_t dataset, const std::string& name) {
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose);
  const std::string file = file_of_object(dataset);
  std::size_t count = 0;
  check(H5Pget_virtual_count(creation, &count), "listing the sources of " + name);
  std::vector<std::string> missing;
  hssize_t elements = 0;
  bool is_open = false;  // of a number of files or rows that is not said
  for (std::size_t i = 0; i < count; ++i) {
    const std::string source = text_of(H5Pget_virtual_filename, creation, i);
    const Handle part(H5Pget_virtual_vspace(creation, i), H5Sclose);
    // With %b it stands for any number of files, of which some may be missing.
    const bool is_any = source.find("%b") != std::string::npos || !is_bounded(part);
    is_open = is_open || is_any;
    if (is_any) continue;
    elements += H5Sget_select_npoints(part);
    if (source == ".") continue;  // this file
    const std::string path = found_at(source, file);
    if (path.empty()) {
      if (missing.empty() || missing.back() != source) missing.push_back(source);
    } else {
      require_part(creation, i, path, name);
    }
  }
  if (!missing.empty()) {
    const bool one = missing.size() == 1;
    throw DataError(fmt::format(
        "{} is put together from other files, of which {} not there: put {} beside {}, or let "
        "HDF5_VDS_PREFIX name their folder",
        name, one ? missing.front() + " is" : fmt::format("{} ({}) are", missing.size(), listed(missing)),
        one ? "it" : "them", file));
  }
  const Handle whole(H5Dget_space(dataset), H5Sclose);
  if (!is_open && elements < H5Sget_simple_extent_npoints(whole))
    throw DataError(
        fmt::format("{} is put together from other files, which give {} of its {} values: the others "
                    "are in none",
                    name, elements, H5Sget_simple_extent_npoints(whole)));
}

}  // namespace jetrain::hdf5
