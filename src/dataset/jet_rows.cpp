#include "dataset/jet_rows.hpp"

#include <fmt/format.h>

namespace jetrain {
namespace {

class JetRowBlock : public RowBlock {
 public:
  JetRowBlock(const JetBlock& jets, const std::vector<SampleMaker>& makers) : jets_(jets), makers_(makers) {
    first_row = jets.first_row;
    rows = jets.rows;
  }

  std::int64_t ttv(std::int64_t i) const override { return jets_.ttv(i); }
  std::uint8_t label(std::int64_t i) const override { return jets_.is_signal(i) == 1 ? 1 : 0; }
  SampleView sample(std::int64_t i, std::size_t way, bool training, SampleDraft& draft) const override {
    if (makers_[way].make(jets_.constituents(i), training, draft) != RowStatus::good)
      throw UnusableRow("a momentum is NaN or infinite");
    const std::int64_t label = jets_.is_signal(i);
    if (label != 0 && label != 1)
      throw UnusableRow(fmt::format("the label is_signal_new is {}, not 0 or 1", label));
    return draft.view(static_cast<std::uint8_t>(label));
  }

 private:
  const JetBlock& jets_;
  const std::vector<SampleMaker>& makers_;
};

}  // namespace

JetRows::JetRows(const std::vector<std::string>& files, const std::vector<const Config*>& ways, bool clouds,
                 const Communicator& comm)
    : source_(files, comm) {
  for (const Config* way : ways) makers_.emplace_back(*way, clouds);
}

void JetRows::read(RowRange range, const Consume& consume, const EndWindow& end_window) const {
  source_.read(
      range, [&](std::int64_t slot, const JetBlock& jets) { consume(slot, JetRowBlock(jets, makers_)); },
      end_window);
}

}  // namespace jetrain
