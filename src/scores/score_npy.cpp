// Scores or labels in NumPy's format (io/npy_header.hpp).

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <string_view>

#include "core/input_file.hpp"
#include "io/npy_header.hpp"
#include "jetrain/error.hpp"
#include "scores/score_columns.hpp"

namespace jetrain {
namespace {

static_assert(std::endian::native == std::endian::little);

/// A column of numbers, or two of which the last counts.
struct Columns {
  bool one_after_another = false;
  std::size_t rows = 0;
  std::size_t count = 1;
  std::size_t data_at = 0;
};

Columns columns_of(const std::string& path, const NpyHeader& header) {
  const std::vector<std::int64_t>& shape = header.shape;
  const bool fits = shape.size() == 1 || (shape.size() == 2 && (shape[1] == 1 || shape[1] == 2));
  if (!fits)
    throw DataError(
        fmt::format("{} has the shape ({}), not (N), (N, 1) or (N, 2)", path, fmt::join(shape, ", ")));
  return {header.fortran_order, static_cast<std::size_t>(shape[0]),
          shape.size() == 2 ? static_cast<std::size_t>(shape[1]) : 1, header.data_at};
}

template <class T>
std::vector<double> last_column(const std::string& path, const std::string& bytes, const Columns& columns) {
  if (columns.rows > (bytes.size() - columns.data_at) / sizeof(T) / columns.count)
    throw DataError(fmt::format("{} is cut off: it has fewer than its {} rows", path, columns.rows));
  const std::size_t step = columns.one_after_another ? 1 : columns.count;
  const std::size_t first =
      columns.one_after_another ? (columns.count - 1) * columns.rows : columns.count - 1;
  std::vector<double> values(columns.rows);
  for (std::size_t i = 0; i < columns.rows; ++i) {
    T value;
    std::memcpy(&value, bytes.data() + columns.data_at + (first + i * step) * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

using Reader = std::vector<double> (*)(const std::string&, const std::string&, const Columns&);
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
  const std::string bytes = read_whole(path);
  const NpyHeader header = parse_npy_header(path, bytes);
  const Columns columns = columns_of(path, header);
  for (const NamedReader& reader : kReaders) {
    if (reader.type == header.type) return reader.read(path, bytes, columns);
  }
  throw DataError(
      fmt::format("{} has numbers of type {}: save them as float32, float64, bool or integers, little-endian "
                  "(numpy: a.astype('<f4'))",
                  path, header.type));
}

}  // namespace jetrain
