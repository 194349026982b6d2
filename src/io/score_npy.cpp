// NumPy's format: "\x93NUMPY", version (2 bytes), the length of the header (2 or 4 bytes), the header (a
// Python dictionary as text, such as {'descr': '<f4', 'fortran_order': False, 'shape': (10, 2), }), the
// numbers.

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <regex>
#include <string_view>

#include "jetrain/core/error.hpp"
#include "score_columns.hpp"

namespace jetrain {
namespace {

static_assert(std::endian::native == std::endian::little);

struct Header {
  std::string type;
  bool columns_first = false;
  std::size_t rows = 0;
  std::size_t columns = 1;
  std::size_t data_at = 0;
};

Header read_header(const std::string& path, const std::string& bytes) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  constexpr std::size_t kPrefix = 12;
  if (!bytes.starts_with(kMagic) || bytes.size() < kPrefix)
    throw DataError(fmt::format("{} is not a .npy file (no NumPy signature)", path));
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(bytes[i])}; };
  const bool short_length = byte(6) == 1;
  std::size_t length = byte(8) | byte(9) << 8;
  if (!short_length) length |= byte(10) << 16 | byte(11) << 24;
  const std::size_t text_at = short_length ? 10 : kPrefix;
  if (bytes.size() < text_at + length) throw DataError(fmt::format("{} is cut off: copy it again", path));
  const std::string text = bytes.substr(text_at, std::min<std::size_t>(length, 4096));

  static const std::regex kType("'descr': *'([^']*)'");
  static const std::regex kOrder("'fortran_order': *(True|False)");
  static const std::regex kShape("'shape': *\\(([0-9]{1,15}), *([0-9]{0,15})\\)");
  std::smatch type;
  std::smatch order;
  std::smatch shape;
  if (!std::regex_search(text, type, kType) || !std::regex_search(text, order, kOrder) ||
      !std::regex_search(text, shape, kShape))
    throw DataError(fmt::format("{} does not hold one or two columns of numbers, (N), (N, 1) or (N, 2): {}",
                                path, text.substr(0, text.find('\n'))));
  Header header{type[1], order[1] == "True", std::stoul(shape[1]), 1, text_at + length};
  if (shape[2].length() > 0) header.columns = std::stoul(shape[2]);
  if (header.columns < 1 || header.columns > 2)
    throw DataError(fmt::format("{} has the shape ({}, {}), not (N), (N, 1) or (N, 2)", path, header.rows,
                                header.columns));
  return header;
}

template <class T>
std::vector<double> last_column(const std::string& path, const std::string& bytes, const Header& header) {
  if (header.rows > (bytes.size() - header.data_at) / sizeof(T) / header.columns)
    throw DataError(fmt::format("{} is cut off: it has fewer than its {} rows", path, header.rows));
  const std::size_t step = header.columns_first ? 1 : header.columns;
  const std::size_t first = header.columns_first ? (header.columns - 1) * header.rows : header.columns - 1;
  std::vector<double> values(header.rows);
  for (std::size_t i = 0; i < header.rows; ++i) {
    T value;
    std::memcpy(&value, bytes.data() + header.data_at + (first + i * step) * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

using Reader = std::vector<double> (*)(const std::string&, const std::string&, const Header&);
struct NamedReader {
  std::string_view type;
  Reader read;
};
constexpr NamedReader kReaders[] = {
    {"<f4", last_column<float>},         {"<f8", last_column<double>},
    {"|u1", last_column<std::uint8_t>},  {"|b1", last_column<std::uint8_t>},
    {"|i1", last_column<std::int8_t>},   {"<i2", last_column<std::int16_t>},
    {"<u2", last_column<std::uint16_t>}, {"<i4", last_column<std::int32_t>},
    {"<u4", last_column<std::uint32_t>}, {"<i8", last_column<std::int64_t>},
    {"<u8", last_column<std::uint64_t>},
};

}  // namespace

std::vector<double> read_npy_column(const std::string& path) {
  const std::string bytes = whole_file(path);
  const Header header = read_header(path, bytes);
  for (const NamedReader& reader : kReaders) {
    if (reader.type == header.type) return reader.read(path, bytes, header);
  }
  throw DataError(
      fmt::format("{} has numbers of type {}: save them as float32, float64, bool or integers, little-endian "
                  "(numpy: a.astype('<f4'))",
                  path, header.type));
}

}  // namespace jetrain
