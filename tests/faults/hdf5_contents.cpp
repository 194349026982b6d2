// hdf5_contents FILE: a line for each dataset and attribute, with type, shape and a checksum of its values,
// so that two files can be compared that hold the same at other addresses or were written at other times.
// Status 1 where anything cannot be read. It goes by HDF5 and Blosc alone, not by jetrain's readers.
#include <blosc.h>
#include <hdf5.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

std::uint64_t checksum(const Bytes& bytes) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037ULL;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 1099511628211ULL;
  return hash;
}

void print(const std::string& name, hid_t type, hid_t space, const Bytes& bytes) {
  std::vector<hsize_t> shape(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  std::printf("%s class %d, %zu bytes each, shape", name.c_str(), static_cast<int>(H5Tget_class(type)),
              H5Tget_size(type));
  for (const hsize_t extent : shape) std::printf(" %" PRIu64, static_cast<std::uint64_t>(extent));
  std::printf(": %016" PRIx64 "\n", checksum(bytes));
}

/// The values of a dataset or attribute. `read(type, to)` fills the bytes; texts of any length become their
/// characters.
template <class Read>
bool read_values(hid_t type, hid_t space, const Read& read, Bytes& bytes) {
  const auto values = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  bytes.resize(values * H5Tget_size(type));
  if (!bytes.empty() && read(type, bytes.data()) < 0) return false;
  if (H5Tis_variable_str(type) > 0) {
    auto* const* texts = reinterpret_cast<char**>(bytes.data());
    std::string all;
    for (std::size_t i = 0; i < values; ++i) all += std::string(texts[i] == nullptr ? "" : texts[i]) + '\0';
    bytes.assign(all.begin(), all.end());
  }
  return true;
}

bool print_dataset(hid_t dataset, const std::string& name) {
  const hid_t type = H5Dget_type(dataset);
  const hid_t space = H5Dget_space(dataset);
  const auto read = [&](hid_t as, void* to) {
    return H5Dread(dataset, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
  };
  Bytes bytes;
  if (!read_values(type, space, read, bytes)) return false;
  print(name, type, space, bytes);
  return true;
}

/// Only the way back; HDF5 takes over the new buffer.
std::size_t undo_blosc(unsigned, std::size_t, const unsigned*, std::size_t, std::size_t* size,
                       void** buffer) {
  std::size_t decoded = 0;
  std::size_t stored = 0;
  std::size_t block = 0;
  blosc_cbuffer_sizes(*buffer, &decoded, &stored, &block);
  void* bytes = malloc(decoded);
  if (bytes == nullptr || blosc_decompress_ctx(*buffer, bytes, decoded, 1) < 0) {
    free(bytes);
    return 0;
  }
  free(*buffer);
  *buffer = bytes;
  *size = decoded;
  return decoded;
}

constexpr H5Z_class2_t kBlosc{H5Z_CLASS_T_VERS, 32001, 1, 1, "blosc", nullptr, nullptr, undo_blosc};

herr_t print_attribute(hid_t object, const char* name, const H5A_info_t*, void* path) {
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return -1;
  const hid_t type = H5Aget_type(attribute);
  const hid_t space = H5Aget_space(attribute);
  const auto read = [&](hid_t as, void* to) { return H5Aread(attribute, as, to); };
  Bytes bytes;
  if (!read_values(type, space, read, bytes)) return -1;
  print(*static_cast<std::string*>(path) + "@" + name, type, space, bytes);
  return 0;
}

herr_t print_object(hid_t file, const char* name, const H5O_info_t* info, void*) {
  const hid_t object = H5Oopen(file, name, H5P_DEFAULT);
  if (object < 0) return -1;
  if (info->type == H5O_TYPE_DATASET && !print_dataset(object, name)) return -1;
  std::string path = name;
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, print_attribute, &path);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5Zregister(&kBlosc);
  const hid_t file = H5Fopen(arguments[1], H5F_ACC_RDONLY, H5P_DEFAULT);
  return file >= 0 && H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, print_object, nullptr) >= 0 ? 0 : 1;
}
