#include "dataset/row_source.hpp"

#include <fmt/format.h>

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
