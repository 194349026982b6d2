#include "exchange/npy_array.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string_view>

#include "io/npy_header.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kAlignment = 64;

/// From the order in which the first index runs fastest to that in which the last one does.
std::vector<float> last_index_fastest(const std::vector<std::int64_t>& shape,
                                      const std::vector<float>& values) {
  std::vector<float> out(values.size());
  std::vector<std::int64_t> index(shape.size(), 0);
  for (const float value : values) {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) at = at * shape[axis] + index[axis];
    out[static_cast<std::size_t>(at)] = value;
    for (std::size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis) index[axis] = 0;
  }
  return out;
}

}  // namespace

std::string npy_bytes(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  std::string tuple;
  for (const std::int64_t size : shape) tuple += fmt::format("{}, ", size);
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  if (shape.size() == 1) tuple.resize(tuple.size() - 1);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", tuple);
  constexpr std::size_t kBefore = kNpyMagic.size() + 2 + 2;
  header += std::string(kAlignment - 1 - (kBefore + header.size()) % kAlignment, ' ') + '\n';
  std::string bytes(kNpyMagic);
  bytes += '\x01';
  bytes += '\x00';
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return bytes;
}

NpyArray parse_npy(const std::string& name, const std::string& bytes) {
  const auto refuse = [&](const std::string& what) { throw DataError(fmt::format("{}: {}", name, what)); };
  NpyHeader header = parse_npy_header(name, bytes);
  if (header.type != "<f4") refuse(fmt::format("holds {}, not float32 (<f4)", header.type));
  NpyArray array{std::move(header.shape), {}};
  std::size_t count = 1;
  for (const std::int64_t size : array.shape) {
    if (size == 0 || static_cast<std::size_t>(size) > bytes.size() / count) refuse("is cut off, or empty");
    count *= static_cast<std::size_t>(size);
  }
  if (bytes.size() - header.data_at != count * sizeof(float)) refuse("is cut off");
  array.values.resize(count);
  std::memcpy(array.values.data(), bytes.data() + header.data_at, count * sizeof(float));
  if (header.fortran_order) array.values = last_index_fastest(array.shape, array.values);
  return array;
}

}  // namespace jetrain
