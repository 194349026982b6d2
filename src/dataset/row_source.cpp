#include "dataset/row_source.hpp"

#include <fmt/format.h>

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

std::unique_ptr<RowSource> open_rows(const std::vector<std::string>& files,
                                     const std::vector<const Config*>& ways, bool clouds,
                                     const Communicator& comm) {
  const ArraysConfig& arrays = ways.front()->data.arrays;
  if (arrays.used()) return std::make_unique<ArrayRows>(files, arrays, comm);
  return std::make_unique<JetRows>(files, ways, clouds, comm);
}

}  // namespace jetrain
