#include "layouts/chunk_grid.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/checked_cast.hpp"

namespace jetrain {
namespace {

/// Bytes of all that stands behind one index of the first dimension.
std::size_t bytes_behind_first(const std::vector<std::int64_t>& sizes, std::size_t element_bytes) {
  std::size_t bytes = element_bytes;
  for (std::size_t d = 1; d < sizes.size(); ++d) bytes *= static_cast<std::size_t>(sizes[d]);
  return bytes;
}

}  // namespace

ChunkGrid::ChunkGrid(std::vector<std::int64_t> shape, std::vector<std::int64_t> chunk,
                     std::size_t element_bytes)
    : shape_(std::move(shape)),
      chunk_(std::move(chunk)),
      element_bytes_(element_bytes),
      row_bytes_(bytes_behind_first(shape_, element_bytes)),
      chunk_row_bytes_(bytes_behind_first(chunk_, element_bytes)),
      chunk_bytes_(chunk_row_bytes_ * static_cast<std::size_t>(chunk_[0])),
      whole_rows_(std::equal(shape_.begin() + 1, shape_.end(), chunk_.begin() + 1)) {
  for (std::size_t d = 1; d < shape_.size(); ++d) chunks_in_band_ *= ceil_divide(shape_[d], chunk_[d]);
}

std::int64_t ChunkGrid::bands() const noexcept {
  return ceil_divide(shape_[0], chunk_[0]);
}

std::vector<std::int64_t> ChunkGrid::start(std::int64_t band, std::int64_t chunk) const {
  std::vector<std::int64_t> start(shape_.size(), 0);
  for (std::size_t d = shape_.size() - 1; d > 0; --d) {
    const std::int64_t count = ceil_divide(shape_[d], chunk_[d]);
    start[d] = chunk % count * chunk_[d];
    chunk /= count;
  }
  start[0] = band * chunk_[0];
  return start;
}

RowRange ChunkGrid::rows(std::int64_t band) const {
  return {band * chunk_[0], std::min((band + 1) * chunk_[0], shape_[0])};
}

std::vector<ChunkGrid::Run> ChunkGrid::runs(const std::vector<std::int64_t>& start) const {
  std::vector<Run> runs{{0, 0, element_bytes_}};
  std::size_t from_stride = element_bytes_;
  std::size_t to_stride = element_bytes_;
  bool together = true;  // all behind dimension d is one run
  for (std::size_t d = shape_.size() - 1; d > 0; --d) {
    const auto count = static_cast<std::size_t>(std::min(chunk_[d], shape_[d] - start[d]));
    const std::size_t offset = static_cast<std::size_t>(start[d]) * to_stride;
    if (together) {
      runs[0].bytes *= count;
      runs[0].to += offset;
    } else {
      const std::vector<Run> inner = std::exchange(runs, {});
      for (std::size_t i = 0; i < count; ++i) {
        for (const Run& run : inner)
          runs.push_back({run.from + i * from_stride, run.to + offset + i * to_stride, run.bytes});
      }
    }
    together = together && chunk_[d] == shape_[d];
    from_stride *= static_cast<std::size_t>(chunk_[d]);
    to_stride *= static_cast<std::size_t>(shape_[d]);
  }
  return runs;
}

void ChunkGrid::copy(std::int64_t band, std::int64_t chunk, const std::byte* content, RowRange rows,
                     std::byte* to) const {
  const std::int64_t skipped = rows.first - band * chunk_[0];
  content += static_cast<std::size_t>(skipped) * chunk_row_bytes_;
  if (whole_rows_) {
    std::memcpy(to, content, static_cast<std::size_t>(rows.size()) * row_bytes_);
    return;
  }
  const std::vector<Run> pieces = runs(start(band, chunk));
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    for (const Run& piece : pieces) std::memcpy(to + piece.to, content + piece.from, piece.bytes);
    content += chunk_row_bytes_;
    to += row_bytes_;
  }
}

}  // namespace jetrain
