#include "io/hdf5_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>

#include "core/output_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

constexpr std::string_view kSealStart = "\njetrain seal xxh3_128 ";
constexpr std::size_t kSealLength = kSealStart.size() + 32 + 1;

std::string seal_of(const XXH128_hash_t& hash) {
  return fmt::format("{}{:016x}{:016x}\n", kSealStart, hash.high64, hash.low64);
}

Handle create_in_memory() {
  initialize();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kGrowth = std::size_t{1} << 20;
  check(H5Pset_fapl_core(access, kGrowth, false), "making a file in memory");
  Handle file(H5Fcreate("in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  check(file, "making a file in memory");
  return file;
}

std::vector<std::byte> image_of(hid_t file) {
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), "finishing a file in memory");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  check(size, "copying a file in memory");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  check(H5Fget_file_image(file, bytes.data(), bytes.size()), "copying a file in memory");
  return bytes;
}

Handle create_dataset(hid_t file, const std::string& path, hid_t type, hid_t space) {
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  Handle dataset(H5Dcreate2(file, path.c_str(), type, space, links, untimed_creation(), H5P_DEFAULT),
                 H5Dclose);
  check(dataset, "creating " + path);
  return dataset;
}

/// A dataset for messages: FILE:/path.
std::string full_name(hid_t file, const std::string& path) {
  const ssize_t length = H5Fget_name(file, nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(length, 0)) + 1, '\0');
  H5Fget_name(file, name.data(), name.size());
  name.pop_back();
  return name + ":" + path;
}

/// A damaged size must not become a request for all memory.
void require_possible(hid_t file, const std::string& path, std::int64_t bytes) {
  hsize_t file_bytes = 0;
  check(H5Fget_filesize(file, &file_bytes), "asking for the size of the file of " + path);
  if (bytes < 0 || bytes > static_cast<std::int64_t>(file_bytes))
    throw DataError(fmt::format("{} is larger than its file: the file is damaged", full_name(file, path)));
}

void write_values(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                  hid_t file_type, hid_t memory_type, const void* values) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
  const Handle dataset = create_dataset(file, path, file_type, space);
  check(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "writing " + path);
}

void read_values(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 hid_t memory_type, void* values) {
  const Handle dataset = open_dataset(file, path);
  const std::vector<std::int64_t> found = dimensions(dataset);
  if (found != shape) {
    throw DataError(fmt::format("{} has the shape ({}), not ({})", full_name(file, path),
                                fmt::join(found, ", "), fmt::join(shape, ", ")));
  }
  check(H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
        "reading " + full_name(file, path));
}

}  // namespace

void write_file(const std::string& path, Seal seal, const std::function<void(hid_t file)>& fill) {
  std::vector<std::byte> bytes;
  {
    const Handle file = create_in_memory();
    fill(file);
    bytes = image_of(file);
  }
  write_bytes(path, seal == Seal::checksum ? sealed(std::move(bytes)) : bytes);
}

std::vector<std::byte> sealed(std::vector<std::byte> image) {
  const std::string end = seal_of(XXH3_128bits(image.data(), image.size()));
  const auto end_bytes = std::as_bytes(std::span(end));
  image.insert(image.end(), end_bytes.begin(), end_bytes.end());
  return image;
}

bool has_seal(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || in.tellg() < static_cast<std::streamoff>(kSealLength)) return false;
  in.seekg(-static_cast<std::streamoff>(kSealLength), std::ios::end);
  std::string start(kSealStart.size(), '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in && start == kSealStart;
}

void check_seal(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) throw DataError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  const auto size = static_cast<std::size_t>(in.tellg());
  if (size < kSealLength) throw DataError(fmt::format("{} is damaged: it is cut off", path));
  in.seekg(0);
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::size_t left = size - kSealLength; left != 0 && in;) {
    const std::size_t count = std::min(left, buffer.size());
    in.read(buffer.data(), static_cast<std::streamsize>(count));
    XXH3_128bits_update(state.get(), buffer.data(), count);
    left -= count;
  }
  std::string end(kSealLength, '\0');
  in.read(end.data(), static_cast<std::streamsize>(end.size()));
  if (!in) throw DataError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  if (!end.starts_with(kSealStart)) throw DataError(fmt::format("{} is damaged: it is cut off", path));
  if (end != seal_of(XXH3_128bits_digest(state.get())))
    throw DataError(fmt::format("{} is damaged: its checksum does not match", path));
}

void write_text(hid_t file, const std::string& path, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle dataset = create_dataset(file, path, type, space);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), "writing " + path);
}

std::int64_t array_length(hid_t file, const std::string& path) {
  const std::vector<std::int64_t> shape = dimensions(open_dataset(file, path));
  if (shape.empty()) return 0;
  require_possible(file, path, shape.front());
  return shape.front();
}

std::string read_text(hid_t file, const std::string& path) {
  const Handle dataset = open_dataset(file, path);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
      H5Sget_simple_extent_npoints(space) != 1)
    throw DataError(fmt::format("{} is not a text", full_name(file, path)));
  require_possible(file, path, static_cast<std::int64_t>(H5Tget_size(type)));
  std::vector<char> text(H5Tget_size(type) + 1, '\0');
  check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), "reading " + path);
  return text.data();
}

void write_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 const float* values) {
  write_values(file, path, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values);
}
void write_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 const double* values) {
  write_values(file, path, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values);
}
void write_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 const std::uint8_t* values) {
  write_values(file, path, shape, H5T_STD_U8LE, H5T_NATIVE_UINT8, values);
}
void write_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape,
                 const std::int64_t* values) {
  write_values(file, path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, values);
}
void read_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape, float* values) {
  read_values(file, path, shape, H5T_NATIVE_FLOAT, values);
}
void read_array(hid_t file, const std::string& path, const std::vector<std::int64_t>& shape, double* values) {
  read_values(file, path, shape, H5T_NATIVE_DOUBLE, values);
}

}  // namespace jetrain::hdf5
