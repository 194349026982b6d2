#include "layouts/row_reader.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <utility>

#include "core/checked_cast.hpp"
#include "core/run_slots.hpp"
#include "jetrain/error.hpp"
#include "layouts/row_windows.hpp"
#include "layouts/stored_array.hpp"
#include "layouts/whole_chunks.hpp"

namespace jetrain {
namespace {

/// Decoded bytes in a window, for each thread: enough to keep threads busy, little beside the samples' store.
constexpr std::int64_t kWindowBytes = std::int64_t{16} << 20;
/// Rows in a window, however few bytes they have.
constexpr std::int64_t kMostRows = std::int64_t{1} << 16;
/// Rows in a block, where it is not a chunk.
constexpr std::int64_t kBlockRows = 64;

}  // namespace

struct RowReader::State {
  const FileColumns* file = nullptr;
  std::vector<std::size_t> wanted;  ///< each once, rising
  std::int64_t rows = 0;
  std::int64_t border_rows = 1;
  std::int64_t window_rows = 0;
  std::int64_t slot_rows = kBlockRows;
  const RawChunks* whole_chunks = nullptr;  ///< where a chunk is a block

  const StoredArray& array(std::size_t number) const { return file->array(number); }

  void require_equal_rows() const {
    for (const std::size_t number : wanted) {
      if (array(number).rows() == rows) continue;
      throw DataError(fmt::format("{} has {} rows, but {} has {}: they are not of the same jets",
                                  array(wanted[0]).name(), rows, array(number).name(), array(number).rows()));
    }
  }

  /// Windows are whole chunks, of the dataset that has most of the bytes, as far as chunks are small enough.
  void plan(std::int64_t threads) {
    std::size_t most_bytes = 0;
    std::size_t row_bytes = 0;
    for (const std::size_t number : wanted) {
      const StoredArray& each = array(number);
      row_bytes += each.row_bytes();
      if (each.raw_chunks() == nullptr || each.row_bytes() <= most_bytes) continue;
      most_bytes = each.row_bytes();
      border_rows = each.raw_chunks()->grid.band_rows();
    }
    const std::int64_t chunk_bytes = border_rows * static_cast<std::int64_t>(row_bytes);
    const RawChunks* const only = wanted.size() == 1 ? array(wanted[0]).raw_chunks() : nullptr;
    if (only != nullptr && only->grid.has_whole_rows() && chunk_bytes <= kWindowBytes &&
        border_rows <= kMostRows)
      whole_chunks = only;
    if (whole_chunks != nullptr) slot_rows = border_rows;
    const std::int64_t step = std::max(border_rows, slot_rows);
    const auto rows_of = [&](std::int64_t bytes) {
      return std::min(kMostRows, bytes / std::max<std::int64_t>(1, static_cast<std::int64_t>(row_bytes)));
    };
    window_rows = rows_of(threads * kWindowBytes) / step * step;
    if (window_rows > 0) return;
    window_rows = std::max(kBlockRows, rows_of(threads * kWindowBytes) / kBlockRows * kBlockRows);
  }

  void read_windows(RowRange range, const Consume& consume, const EndWindow& end_window) const;
};

void RowReader::State::read_windows(RowRange range, const Consume& consume,
                                    const EndWindow& end_window) const {
  std::vector<std::unique_ptr<RowWindows>> windows;
  std::vector<RawRows::Array> pointers(file->arrays());
  for (const std::size_t number : wanted) {
    windows.push_back(windows_of(array(number), range));
    pointers[number].row_bytes = array(number).row_bytes();
  }
  std::vector<DecodeBuffers> buffers(static_cast<std::size_t>(omp_get_max_threads()));
  const auto load = [&](RowRange window) {
    for (const auto& each : windows) each->load(window);
  };
  const auto window_at = [&](std::int64_t first) {
    return RowRange{first, std::min(first / window_rows * window_rows + window_rows, range.last)};
  };
  for (RowRange now = window_at(range.first); now.size() > 0; now = window_at(now.last)) {
    if (now.first == range.first) load(now);
    std::vector<std::pair<RowWindows*, std::int64_t>> pieces;
    for (const auto& each : windows) {
      each->advance();
      for (std::int64_t piece = 0; piece < each->pieces(); ++piece) pieces.emplace_back(each.get(), piece);
    }
    run_slots(
        std::ssize(pieces),
        [&](std::int64_t i) {
          const auto& [each, piece] = pieces[static_cast<std::size_t>(i)];
          each->decode(piece, buffers[static_cast<std::size_t>(omp_get_thread_num())]);
        },
        [] {});
    for (std::size_t i = 0; i < wanted.size(); ++i) pointers[wanted[i]].first = windows[i]->rows();
    const std::int64_t slots = ceil_divide(now.size(), kBlockRows);
    const auto work = [&](std::int64_t slot) {
      std::vector<RawRows::Array> block = pointers;
      const std::int64_t skipped = slot * kBlockRows;
      for (RawRows::Array& each : block) each.first += static_cast<std::size_t>(skipped) * each.row_bytes;
      consume(slot, RawRows{now.first + skipped, std::min(kBlockRows, now.size() - skipped), block});
    };
    run_slots(slots, work, [&] {
      if (now.last < range.last) load(window_at(now.last));
    });
    end_window(slots);
  }
}

RowReader::RowReader(const FileColumns& file, std::vector<std::size_t> wanted)
    : state_(std::make_unique<State>()) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  state_->file = &file;
  state_->wanted = std::move(wanted);
  if (!state_->wanted.empty()) state_->rows = file.array(state_->wanted[0]).rows();
  state_->require_equal_rows();
  state_->plan(omp_get_max_threads());
}

RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&&) noexcept = default;
RowReader& RowReader::operator=(RowReader&&) noexcept = default;

std::int64_t RowReader::rows() const noexcept {
  return state_->rows;
}

std::int64_t RowReader::border_rows() const noexcept {
  return state_->border_rows;
}

void RowReader::read(RowRange range, const Consume& consume, const EndWindow& end_window) const {
  if (range.size() <= 0) return;
  if (state_->whole_chunks == nullptr) return state_->read_windows(range, consume, end_window);
  const std::size_t number = state_->wanted[0];
  std::vector<RawRows::Array> block(number + 1);
  read_whole_chunks(
      *state_->whole_chunks, range, state_->window_rows,
      [&](std::int64_t slot, RowRange rows, const std::byte* first) {
        std::vector<RawRows::Array> own = block;
        own[number] = {first, state_->whole_chunks->grid.row_bytes()};
        consume(slot, RawRows{rows.first, rows.size(), own});
      },
      end_window);
}

std::int64_t RowReader::window_slots() const noexcept {
  return ceil_divide(state_->window_rows, state_->slot_rows);
}

}  // namespace jetrain
