#pragma once

#include "dataset/array_file.hpp"
#include "dataset/row_source.hpp"

namespace jetrain {

/// The rows of plain arrays, which hold the network's input as it is. Ranks read equal shares, each for
/// itself. A bad row has a value that is not finite, or a label that is no class.
class ArrayRows : public RowSource {
 public:
  /// DataError (agreed on) where shapes differ from the config's. Collective.
  ArrayRows(const std::vector<std::string>& files, const DataConfig& data, const Communicator& comm);

  std::int64_t rows() const override { return rows_; }
  std::string place(std::int64_t row) const override;
  std::string name() const override;
  RowRange slice(RowRange all, int rank, int size) const override;
  void read(RowRange range, const Consume& consume, const EndWindow& end_window) const override;
  std::int64_t window_slots() const override;

 private:
  std::vector<std::unique_ptr<ArrayFile>> files_;
  std::int64_t rows_ = 0;
  bool regression_;
};

}  // namespace jetrain
