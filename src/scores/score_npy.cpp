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

/// Where an array's numbers stand.
struct Layout {
  bool one_after_another = false;  ///< columns, not rows
  std::size_t rows = 0;
  std::size_t columns = 1;
  std::size_t data_at = 0;
};

Layout layout_of(const std::string& name, const NpyHeader& header) {
  require_score_shape(name, header.shape);
  return {header.fortran_order, static_cast<std::size_t>(header.shape[0]),
          header.shape.size() == 2 ? static_cast<std::size_t>(header.shape[1]) : 1, header.data_at};
}

template <class T>
NumberTable table_of(const std::string& name, const std::string& bytes, const Layout& layout) {
  if (layout.rows > (bytes.size() - layout.data_at) / sizeof(T) / layout.columns)
    throw DataError(fmt::format("{} is cut off: it has fewer than its {} rows", name, layout.rows));
  NumberTable table{std::vector<double>(layout.rows * layout.columns), layout.columns};
  for (std::size_t i = 0; i < layout.rows; ++i) {
    for (std::size_t c = 0; c < layout.columns; ++c) {
      const std::size_t at = layout.one_after_another ? c * layout.rows + i : i * layout.columns + c;
      T value;
      std::memcpy(&value, bytes.data() + layout.data_at + at * sizeof(T), sizeof(T));
      table.values[i * layout.columns + c] = static_cast<double>(value);
    }
  }
  return table;
}

using Reader = NumberTable (*)(const std::string&, const std::string&, const Layout&);
struct NamedReader {
  std::string_view type;
  Reader read;
};
constexpr NamedReader kReaders[] = {
    {"<f4", table_of<float>},         {"<f8", table_of<double>},        {"|u1", table_of<std::uint8_t>},
    {"|b1", table_of<std::uint8_t>},  {"|i1", table_of<std::int8_t>},   {"<i2", table_of<std::int16_t>},
    {"<u2", table_of<std::uint16_t>}, {"<i4", table_of<std::int32_t>},  {"<u4", table_of<std::uint32_t>},
    {"<i8", table_of<std::int64_t>},  {"<u8", table_of<std::uint64_t>},
};

}  // namespace

NumberTable npy_table(const std::string& name, const std::string& bytes) {
  const NpyHeader header = parse_npy_header(name, bytes);
  const Layout layout = layout_of(name, header);
  for (const NamedReader& reader : kReaders) {
    if (reader.type == header.type) return reader.read(name, bytes, layout);
  }
  throw DataError(
      fmt::format("{} has numbers of type {}: save them as float32, float64, bool or integers, little-endian "
                  "(numpy: a.astype('<f4'))",
                  name, header.type));
}

ScoreColumns read_score_npy(const std::string& scores, const std::string& labels, const ScoreNames& names) {
  ScoreColumns columns;
  columns.scores = npy_table(scores, read_whole(scores));
  columns.labels = npy_table(labels, read_whole(labels));
  if (!names.weight.empty()) columns.weights = npy_table(names.weight, read_whole(names.weight)).values;
  return columns;
}

}  // namespace jetrain
