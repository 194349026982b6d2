#include "dataset/jet_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

class JetRowBlock : public RowBlock {
 public:
  JetRowBlock(const JetBlock& jets, const std::vector<SampleMaker>& makers, const JetRules& rules)
      : jets_(jets), makers_(makers), rules_(rules) {
    first_row = jets.first_row;
    rows = jets.rows;
  }

  std::int64_t ttv(std::int64_t i) const override { return jets_.set(i); }
  std::uint8_t label(std::int64_t i) const override {
    const std::optional<std::uint8_t> label = jets_.label(i);
    if (!label || (rules_.two_classes && *label > 1))
      throw UnusableRow(fmt::format("{}, not {}", jets_.label_text(i),
                                    rules_.two_classes ? "0 or 1" : "a class 0, 1, ... 255"));
    return *label;
  }
  double weight(std::int64_t i) const override { return jets_.weight(i); }
  SampleView sample(std::int64_t i, std::size_t way, bool training, SampleDraft& draft) const override {
    static thread_local std::vector<float> room;
    const std::span<const float> places = jets_.constituents(i, room);
    if (places.empty())
      throw UnusableRow("the mask is NaN, or the number of constituents no whole number from 0 up");
    if (makers_[way].make(places, training, draft, columns(i)) != RowStatus::good)
      throw UnusableRow("a momentum is NaN or infinite");
    if (rules_.sorted && draft.notes.unsorted > 0)
      throw UnusableRow("the constituents do not descend in pT (data.unsorted: sort would sort them)");
    require_finite_columns(draft);
    add_jet_columns(i, draft.features);
    return draft.view(rules_.labelled ? label(i) : std::uint8_t{0});
  }

 private:
  PlaceColumns columns(std::int64_t i) const {
    if (rules_.constituent_columns.empty()) return {};
    static thread_local std::vector<float> values;
    jets_.constituent_values(i, values);
    return {values, std::ssize(rules_.constituent_columns)};
  }

  /// Of those constituents that a sample keeps.
  void require_finite_columns(const SampleDraft& draft) const {
    const std::int64_t width = draft.constituent_width;
    for (std::int64_t i = 0; width > kMomentumColumns && i < draft.kept * width; ++i) {
      const std::int64_t column = i % width - kMomentumColumns;
      if (column < 0 || std::isfinite(draft.constituents[static_cast<std::size_t>(i)])) continue;
      throw UnusableRow(
          fmt::format("{} (data.jets.constituent_columns) is NaN or infinite where there is a constituent",
                      rules_.constituent_columns[static_cast<std::size_t>(column)]));
    }
  }

  /// The file's own features, behind those that were made.
  void add_jet_columns(std::int64_t i, std::vector<float>& features) const {
    if (rules_.jet_columns == 0) return;
    const std::size_t made = features.size();
    features.resize(made + rules_.jet_columns);
    const std::span<float> own = std::span(features).subspan(made);
    jets_.jet_values(i, own);
    if (!std::all_of(own.begin(), own.end(), [](float x) { return std::isfinite(x); }))
      throw UnusableRow("a value of data.jets.jet_columns is NaN or infinite");
  }

  const JetBlock& jets_;
  const std::vector<SampleMaker>& makers_;
  const JetRules& rules_;
};

}  // namespace

JetRows::JetRows(const std::vector<std::string>& files, const std::vector<const Config*>& ways, bool clouds,
                 const Communicator& comm)
    : source_(files, comm, ways.front()->data) {
  const DataConfig& data = ways.front()->data;
  for (const Config* way : ways) makers_.emplace_back(*way, clouds);
  rules_ = {labels_of(data) == Labels::jets, source_.missing_labels().empty(),
            data.unsorted == Unsorted::error, data.jets.jet_columns.size(), data.jets.constituent_columns};
}

void JetRows::read(RowRange range, const Consume& consume, const EndWindow& end_window) const {
  source_.read(
      range,
      [&](std::int64_t slot, const JetBlock& jets) { consume(slot, JetRowBlock(jets, makers_, rules_)); },
      end_window);
}

}  // namespace jetrain
