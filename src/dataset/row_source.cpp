#include "dataset/row_source.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "config/row_layout.hpp"
#include "dataset/array_rows.hpp"
#include "dataset/jet_rows.hpp"

namespace jetrain {

bool skips_bad_rows(const DataConfig& data) {
  return data.on_bad_row == BadRow::skip;
}

void refuse_row(const RowSource& rows, std::int64_t row, const UnusableRow& bad) {
  throw DataError(fmt::format("{}: {}; mend the file, or leave such rows out with data.on_bad_row: skip",
                              rows.place(row), bad.what()));
}

float weight_of(const RowSource& rows, const RowBlock& block, std::int64_t i, NegativeWeights negative) {
  const double weight = block.weight(i);
  if (!std::isfinite(weight)) throw UnusableRow("the weight is NaN or infinite");
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (std::abs(weight) > kLargest || (weight != 0 && static_cast<float>(weight) == 0)) {
    throw UnusableRow(fmt::format(
        "the weight {:g} is beyond float32: only the ratios of weights matter, so scale all of them",
        weight));
  }
  if (weight >= 0) return static_cast<float>(weight);
  switch (negative) {
    case NegativeWeights::keep:
      return static_cast<float>(weight);
    case NegativeWeights::zero:
      return 0;
    case NegativeWeights::error:
      break;
  }
  throw DataError(
      fmt::format("{}: the weight {:g} is negative; say data.negative_weights: keep, where such rows count "
                  "with their sign, or zero, where they do not count",
                  rows.place(block.first_row + i), weight));
}

std::unique_ptr<RowSource> open_rows(const std::vector<std::string>& files,
                                     const std::vector<const Config*>& ways, bool clouds,
                                     const Communicator& comm) {
  const DataConfig& data = ways.front()->data;
  switch (row_layout(data)) {
    case RowLayout::jet_table:
      return std::make_unique<JetRows>(files, ways, clouds, comm);
    case RowLayout::arrays:
      return std::make_unique<ArrayRows>(files, data, comm);
  }
  throw std::logic_error("no such layout of rows");
}

}  // namespace jetrain
