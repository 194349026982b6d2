#include "layouts/whole_chunks.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "core/checked_cast.hpp"
#include "core/run_slots.hpp"
#include "layouts/row_windows.hpp"

namespace jetrain {
namespace {

/// A window's chunks as they stand in the file. Buffers are used from window to window.
struct Loaded {
  std::int64_t first_band = 0;
  std::int64_t count = 0;
  std::vector<hdf5::StoredChunk> stored;
  std::exception_ptr error;
};

void load(const RawChunks& chunks, RowRange window, Loaded& loaded) noexcept {
  try {
    const ChunkGrid& grid = chunks.grid;
    loaded.first_band = window.first / grid.band_rows();
    loaded.count = ceil_divide(window.last, grid.band_rows()) - loaded.first_band;
    if (std::ssize(loaded.stored) < loaded.count)
      loaded.stored.resize(static_cast<std::size_t>(loaded.count));
    for (std::int64_t i = 0; i < loaded.count; ++i)
      chunks.dataset->read_chunk(grid.start(loaded.first_band + i, 0),
                                 loaded.stored[static_cast<std::size_t>(i)]);
  } catch (...) {
    loaded.error = std::current_exception();
  }
}

}  // namespace

void read_whole_chunks(
    const RawChunks& chunks, RowRange range, std::int64_t window_rows,
    const std::function<void(std::int64_t slot, RowRange rows, const std::byte* first)>& consume,
    const std::function<void(std::int64_t slots)>& end_window) {
  const ChunkGrid& grid = chunks.grid;
  const auto window_at = [&](std::int64_t first) {
    return RowRange{first, std::min(first / grid.band_rows() * grid.band_rows() + window_rows, range.last)};
  };
  std::vector<DecodeBuffers> buffers(static_cast<std::size_t>(omp_get_max_threads()));

  Loaded now;
  Loaded next;
  RowRange window = window_at(range.first);
  load(chunks, window, now);
  while (true) {
    if (now.error) std::rethrow_exception(now.error);
    const auto decode = [&](std::int64_t slot) {
      const RowRange whole = grid.rows(now.first_band + slot);
      const RowRange rows{std::max(whole.first, window.first), std::min(whole.last, window.last)};
      const std::byte* content = decode_chunk(chunks, now.stored[static_cast<std::size_t>(slot)], rows,
                                              buffers[static_cast<std::size_t>(omp_get_thread_num())]);
      consume(slot, rows, content + static_cast<std::size_t>(rows.first - whole.first) * grid.row_bytes());
    };
    const bool last = window.last == range.last;
    const RowRange following = last ? window : window_at(window.last);
    run_slots(now.count, decode, [&] {
      if (!last) load(chunks, following, next);
    });
    end_window(now.count);
    if (last) return;
    std::swap(now, next);
    window = following;
  }
}

}  // namespace jetrain
