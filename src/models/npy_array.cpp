#include "npy_array.hpp"

#include <fmt/format.h>

#include <cstring>
#include <regex>
#include <string_view>

#include "jetrain/core/error.hpp"

namespace jetrain {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
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

std::vector<std::int64_t> parse_shape(const std::string& text) {
  std::vector<std::int64_t> shape;
  static const std::regex number("[0-9]{1,15}");
  for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it)
    shape.push_back(std::stoll(it->str()));
  return shape;
}

}  // namespace

std::string npy_bytes(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  std::string tuple;
  for (const std::int64_t size : shape) tuple += fmt::format("{}, ", size);
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  if (shape.size() == 1) tuple.resize(tuple.size() - 1);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", tuple);
  constexpr std::size_t kBefore = kMagic.size() + 2 + 2;
  header += std::string(kAlignment - 1 - (kBefore + header.size()) % kAlignment, ' ') + '\n';
  std::string bytes(kMagic);
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
  if (bytes.size() < 12 || !std::string_view(bytes).starts_with(kMagic)) refuse("is not a NumPy array");
  const auto byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  const bool long_header = bytes[6] > 1;  // from version 2 on, four bytes of length
  const std::size_t begin = long_header ? 12 : 10;
  const std::size_t length = byte(8) | byte(9) << 8 | (long_header ? byte(10) << 16 | byte(11) << 24 : 0);
  if (length > bytes.size() - begin) refuse("is cut off");
  const std::string header = bytes.substr(begin, length);
  std::smatch found;
  static const std::regex type("'descr': *'([^']*)'");
  static const std::regex shape("'shape': *\\(([0-9, ]*)\\)");
  if (!std::regex_search(header, found, type)) refuse("is not a NumPy array");
  if (found[1] != "<f4") refuse(fmt::format("holds {}, not float32 (<f4)", found[1].str()));
  if (!std::regex_search(header, found, shape)) refuse("is not a NumPy array");
  NpyArray array{parse_shape(found[1]), {}};
  std::size_t count = 1;
  for (const std::int64_t size : array.shape) {
    if (size == 0 || static_cast<std::size_t>(size) > bytes.size() / count) refuse("is cut off, or empty");
    count *= static_cast<std::size_t>(size);
  }
  if (bytes.size() - begin - length != count * sizeof(float)) refuse("is cut off");
  array.values.resize(count);
  std::memcpy(array.values.data(), bytes.data() + begin + length, count * sizeof(float));
  if (header.find("'fortran_order': True") != std::string::npos)
    array.values = last_index_fastest(array.shape, array.values);
  return array;
}

}  // namespace jetrain
