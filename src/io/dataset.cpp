#include "io/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "core/checked_cast.hpp"
#include "io/filters.hpp"
#include "io/links.hpp"
#include "io/reading_driver.hpp"
#include "io/virtual_sources.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

/// FILE:path.
std::string full_name(hid_t file, const std::string& path) {
  return file_of_object(file) + ":" + path;
}

Storage storage_of(hid_t creation) {
  switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
      return Storage::compact;
    case H5D_CHUNKED:
      return Storage::chunked;
    case H5D_VIRTUAL:
      return Storage::assembled;
    default:
      return H5Pget_external_count(creation) > 0 ? Storage::external : Storage::contiguous;
  }
}

Handle file_of(hid_t dataset) {
  Handle file(H5Iget_file_id(dataset), H5Idec_ref);
  check(file, "asking for the file of a dataset");
  return file;
}

std::vector<std::int64_t> shape_of(hid_t dataset, const std::string& name) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  check(space, "reading the shape of " + name);
  std::vector<hsize_t> sizes(
      static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "reading the shape of " + name)));
  check(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), "reading the shape of " + name);
  return {sizes.begin(), sizes.end()};
}

/// Damaged sizes whose product is no number would become a short piece of memory for a long transfer.
void require_countable(const std::vector<std::int64_t>& shape, std::size_t element_bytes,
                       const std::string& name) {
  std::int64_t left = std::numeric_limits<std::int64_t>::max() /
                      static_cast<std::int64_t>(std::max<std::size_t>(1, element_bytes));
  for (const std::int64_t size : shape) {
    if (size < 0) left = 0;
    if (size > 0) left /= size;
  }
  if (left == 0) throw DataError(name + " has an impossible shape: the file is damaged");
}

}  // namespace

const char* storage_name(Storage storage) noexcept {
  constexpr std::array kNames{"contiguous", "chunked", "compact", "external", "virtual"};
  return kNames[static_cast<std::size_t>(storage)];
}

Dataset::Dataset(Handle id, std::string name)
    : id_(std::move(id)), type_(H5Dget_type(id_), H5Tclose), name_(std::move(name)) {
  check(type_, "reading the type of " + name_);
  shape_ = shape_of(id_, name_);
  require_countable(shape_, H5Tget_size(type_), name_);
  row_size_ = shape_.empty()
                  ? 1
                  : std::accumulate(shape_.begin() + 1, shape_.end(), std::int64_t{1}, std::multiplies<>());
  const Handle creation = creation_list();
  storage_ = storage_of(creation);
  if (storage_ == Storage::external) external_ = std::make_shared<ExternalStorage>(creation, file_name());
  if (shape_.empty() || storage_ != Storage::chunked) return;
  std::vector<hsize_t> chunk(shape_.size());
  check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()),
        "reading the chunk shape of " + name_);
  chunk_shape_.assign(chunk.begin(), chunk.end());
}

Dataset Dataset::open(hid_t file, const std::string& path) {
  const std::string name = full_name(file, path);
  Handle id(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose);
  const std::string reason = last_error();
  require_reads([&] { return "opening " + name; });
  if (id < 0) {
    require_link_targets(file, path);
    throw DataError(fmt::format("{} is no dataset, or cannot be opened (HDF5: {}){}", name, reason,
                                advice_for_opening(reason)));
  }
  Dataset dataset(std::move(id), name);
  if (dataset.storage_ == Storage::assembled) require_sources(dataset.id_, name);
  return dataset;
}

std::string Dataset::file_name() const {
  return file_of_object(id_);
}

Dataset Dataset::create(hid_t file, const std::string& path, hid_t type,
                        const std::vector<std::int64_t>& shape, const Handle& creation, Growth growth) {
  const std::string name = full_name(file, path);
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  std::vector<hsize_t> most = sizes;
  if (growth == Growth::unlimited) most.at(0) = H5S_UNLIMITED;
  const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), most.data()), H5Sclose);
  check(space, "describing " + name);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  check(H5Pset_create_intermediate_group(links, 1), "choosing groups for " + name);
  Handle id(H5Dcreate2(file, path.c_str(), type, space, links, creation, H5P_DEFAULT), H5Dclose);
  check_written(id, "creating " + name);
  return {std::move(id), name};
}

Handle Dataset::creation_list() const {
  Handle list(H5Dget_create_plist(id_), H5Pclose);
  check(list, "asking how " + name_ + " is stored");
  return list;
}

Elements Dataset::elements() const {
  switch (H5Tget_class(type_)) {
    case H5T_INTEGER:
      return Elements::integers;
    case H5T_FLOAT:
      return Elements::reals;
    case H5T_ENUM:
      return Elements::enumeration;
    case H5T_STRING:
      return Elements::text;
    default:
      return Elements::others;
  }
}

std::string Dataset::filters() const {
  return describe_filters(creation_list());
}

std::int64_t Dataset::stored_bytes() const {
  const hsize_t bytes = H5Dget_storage_size(id_);
  require_reads([&] { return "the size of " + name_; });
  return static_cast<std::int64_t>(bytes);
}

void Dataset::require_possible(std::int64_t compression) const {
  hsize_t file_bytes = 0;
  check(H5Fget_filesize(file_of(id_), &file_bytes), "asking for the size of the file of " + name_);
  const std::int64_t bytes = rows() * row_size_ * static_cast<std::int64_t>(H5Tget_size(type_));
  if (bytes / compression > static_cast<std::int64_t>(file_bytes))
    throw DataError(fmt::format("{} is larger than its file can hold: the file is damaged", name_));
}

void Dataset::require_written() const {
  if (shape_.empty() || rows() == 0 || row_size_ == 0) return;
  const auto refuse = [&](const std::string& what) {
    throw DataError(fmt::format("{} was {} written: write the file again", name_, what));
  };
  if (storage_ == Storage::contiguous && stored_bytes() == 0) refuse("never");
  if (storage_ != Storage::chunked) return;
  std::int64_t wanted = 1;
  for (std::size_t d = 0; d < shape_.size(); ++d) wanted *= ceil_divide(shape_[d], chunk_shape_[d]);
  hsize_t written = 0;
  const Handle whole(H5Dget_space(id_), H5Sclose);
  check(H5Dget_num_chunks(id_, whole, &written), "counting the chunks of " + name_);
  if (written == 0) refuse("never");
  if (static_cast<std::int64_t>(written) < wanted)
    refuse(fmt::format("not wholly ({} of {} chunks)", written, wanted));
}

void Dataset::cut(std::int64_t rows) {
  std::vector<hsize_t> sizes(shape_.begin(), shape_.end());
  sizes.at(0) = static_cast<hsize_t>(rows);
  check(H5Dset_extent(id_, sizes.data()), "shortening " + name_);
  shape_[0] = rows;
}

}  // namespace jetrain::hdf5
