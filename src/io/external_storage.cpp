#include "io/external_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "core/input_file.hpp"
#include "io/hdf5.hpp"

namespace jetrain::hdf5 {
namespace {

namespace fs = std::filesystem;

/// As HDF5 finds them: from the working folder, or from where the variable says.
std::string place_of(const std::string& name, const std::string& file) {
  const char* set = std::getenv("HDF5_EXTFILE_PREFIX");
  if (set == nullptr || fs::path(name).is_absolute()) return name;
  constexpr std::string_view kOrigin = "${ORIGIN}";
  std::string prefix = set;
  if (prefix.starts_with(kOrigin))
    prefix.replace(0, kOrigin.size(), fs::absolute(file).parent_path().string());
  return (fs::path(prefix) / name).string();
}

}  // namespace

ExternalStorage::ExternalStorage(hid_t creation_list, const std::string& file) {
  constexpr std::size_t kLongestName = 4096;
  std::uint64_t begin = 0;
  const int count = H5Pget_external_count(creation_list);
  for (int i = 0; i < count; ++i) {
    std::string name(kLongestName, '\0');
    off_t offset = 0;
    hsize_t size = 0;
    check(H5Pget_external(creation_list, static_cast<unsigned>(i), name.size() - 1, name.data(), &offset,
                          &size),
          "listing the external files of " + file);
    name.resize(name.find('\0'));
    if (size == H5F_UNLIMITED) size = std::numeric_limits<std::uint64_t>::max() - begin;
    segments_.push_back({place_of(name, file), begin, size, static_cast<std::uint64_t>(offset)});
    begin += size;
  }
}

void ExternalStorage::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  for (const Segment& segment : segments_) {
    if (bytes.empty()) return;
    if (offset < segment.begin || offset - segment.begin >= segment.size) continue;
    const std::uint64_t skipped = offset - segment.begin;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(segment.size - skipped, bytes.size()));
    const InputFile file(segment.path);
    const std::uint64_t from = segment.file_offset + skipped;
    if (from + count > static_cast<std::uint64_t>(file.size())) {
      throw DataError(fmt::format("{} has {} bytes, but {} are listed to stand there: it was cut off",
                                  segment.path, file.size(), from + count));
    }
    file.read(static_cast<std::int64_t>(from), bytes.first(count));
    bytes = bytes.subspan(count);
    offset += count;
  }
  if (!bytes.empty()) throw DataError("the external files of a dataset are smaller than the dataset");
}

}  // namespace jetrain::hdf5
