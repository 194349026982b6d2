#include "dataset/array_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/checked_cast.hpp"
#include "core/open_files.hpp"
#include "core/run_slots.hpp"
#include "samples/dense.hpp"

namespace jetrain {
namespace {

/// Rows in a window, and those that a thread takes of it at a time.
constexpr std::int64_t kWindowRows = 4096;
constexpr std::int64_t kSlotRows = 64;

std::uint8_t class_of(std::span<const double> labels) {
  if (labels.size() == 1) {
    const double label = labels[0];
    if (!(label >= 0 && label <= 255 && label == std::floor(label)))
      throw UnusableRow(fmt::format("the label is {}, not a class 0, 1, ... 255", label));
    return static_cast<std::uint8_t>(label);
  }
  const auto hot = std::find(labels.begin(), labels.end(), 1.0);
  if (hot == labels.end() || std::accumulate(labels.begin(), labels.end(), 0.0) != 1.0)
    throw UnusableRow("its labels are not one-hot (a single 1, and zeros)");
  return static_cast<std::uint8_t>(hot - labels.begin());
}

[[noreturn]] void refuse_value() {
  throw UnusableRow("a value is NaN or infinite");
}

/// The rows of a window from `skipped` on, at most kSlotRows.
class ArrayBlock : public RowBlock {
 public:
  ArrayBlock(const ArrayWindow& window, std::int64_t window_row, std::int64_t skipped, bool regression)
      : window_(window), skipped_(skipped), regression_(regression) {
    first_row = window_row + skipped;
    rows =
        std::min(kSlotRows, std::ssize(window.labels) / static_cast<std::int64_t>(window.columns) - skipped);
  }

  std::int64_t ttv(std::int64_t) const override { return 0; }
  std::uint8_t label(std::int64_t i) const override {
    SampleDraft draft;
    return sample(i, 0, false, draft).label;
  }
  double weight(std::int64_t i) const override {
    return window_.weights.empty() ? 1.0 : window_.weights[static_cast<std::size_t>(skipped_ + i)];
  }
  SampleView sample(std::int64_t i, std::size_t, bool, SampleDraft& draft) const override {
    const auto row = static_cast<std::size_t>(skipped_ + i);
    const auto features = std::span(window_.features).subspan(row * window_.width, window_.width);
    const auto labels = std::span(window_.labels).subspan(row * window_.columns, window_.columns);
    if (!put_dense(features, draft)) refuse_value();
    draft.targets.clear();
    if (!regression_) return draft.view(class_of(labels));
    for (const double label : labels) {
      const auto value = static_cast<float>(label);
      if (!std::isfinite(value)) refuse_value();
      draft.targets.push_back(value != 0 ? value : 0.0F);  // no -0
    }
    return draft.view(0);
  }

 private:
  const ArrayWindow& window_;
  std::int64_t skipped_;
  bool regression_;
};

}  // namespace

ArrayRows::ArrayRows(const std::vector<std::string>& files, const DataConfig& data, const Communicator& comm)
    : regression_(data.arrays.targets > 0) {
  comm.agree([&] {
    if (files.empty()) throw DataError("no data files are given: name at least one");
    require_openable(files.size());
    for (const std::string& path : files) {
      files_.push_back(std::make_unique<ArrayFile>(path, data.arrays, data.weighted() ? data.weights : ""));
      rows_ += files_.back()->rows();
    }
  });
}

std::string ArrayRows::place(std::int64_t row) const {
  std::int64_t begin = 0;
  for (const auto& file : files_) {
    if (row < begin + file->rows()) return fmt::format("{}, row {}", file->path(), row - begin);
    begin += file->rows();
  }
  return fmt::format("row {}", row);
}

std::string ArrayRows::name() const {
  return files_.front()->path();
}

RowRange ArrayRows::slice(RowRange all, int rank, int size) const {
  const auto border = [&](std::int64_t r) { return all.first + all.size() * r / size; };
  return {border(rank), border(rank + 1)};
}

void ArrayRows::read(RowRange range, const Consume& consume, const EndWindow& end_window) const {
  std::int64_t begin = 0;
  for (const auto& file : files_) {
    const RowRange local{std::max(range.first - begin, std::int64_t{0}),
                         std::min(range.last - begin, file->rows())};
    for (std::int64_t first = local.first; first < local.last; first += kWindowRows) {
      const std::int64_t count = std::min(kWindowRows, local.last - first);
      const ArrayWindow window = file->read(first, count);
      const std::int64_t slots = ceil_divide(count, kSlotRows);
      const auto work = [&](std::int64_t slot) {
        consume(slot, ArrayBlock(window, begin + first, slot * kSlotRows, regression_));
      };
      run_slots(slots, work, [] {});
      end_window(slots);
    }
    begin += file->rows();
  }
}

std::int64_t ArrayRows::window_slots() const {
  return ceil_divide(kWindowRows, kSlotRows);
}

}  // namespace jetrain
