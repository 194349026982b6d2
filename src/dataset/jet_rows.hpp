#pragma once

#include "dataset/row_source.hpp"
#include "layouts/jet_source.hpp"
#include "samples/sample_maker.hpp"

namespace jetrain {

/// What makes a row a bad one.
struct JetRules {
  bool two_classes = true;  ///< labels above 1 are none
  bool labelled = true;     ///< rows have labels; else all get 0
  bool sorted = false;      ///< data.unsorted: error
  std::size_t jet_columns = 0;
  std::vector<std::string> constituent_columns;  ///< of sets
};

/// The rows of jets: images, clouds, or sets, of their constituents. A bad row has a label that is no class,
/// momenta that are not finite, or, where those are errors, constituents that do not descend in pT.
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
  std::string missing_labels() const override { return source_.missing_labels(); }
  std::string missing_weights() const override { return source_.missing_weights(); }
  std::string missing_sets() const override { return source_.missing_sets(); }
  std::vector<std::string> doubts() const override { return source_.doubts(); }

 private:
  JetSource source_;
  std::vector<SampleMaker> makers_;  ///< of each way
  JetRules rules_;
};

}  // namespace jetrain
