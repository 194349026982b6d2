#pragma once

#include "dataset/row_source.hpp"
#include "layouts/jet_source.hpp"
#include "samples/sample_maker.hpp"

namespace jetrain {

/// The rows of jet tables: images, or clouds, of their constituents. A bad row has a label that is not 0 or
/// 1, or momenta that are not finite.
class JetRows : public RowSource {
 public:
  /// Collective; DataError (agreed on) as JetSource.
  JetRows(const std::vector<std::string>& files, const std::vector<const Config*>& ways, bool clouds,
          const Communicator& comm);

  std::int64_t rows() const override { return source_.rows(); }
  std::string place(std::int64_t row) const override { return source_.place(row); }
  std::string name() const override { return source_.files().front(); }
  RowRange slice(RowRange all, int rank, int size) const override { return source_.slice(all, rank, size); }
  void read(RowRange range, const Consume& consume, const EndWindow& end_window) const override;
  std::int64_t window_slots() const override { return source_.window_slots(); }

 private:
  JetSource source_;
  std::vector<SampleMaker> makers_;  ///< of each way
};

}  // namespace jetrain
