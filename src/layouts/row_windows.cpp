#include "layouts/row_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include "core/checked_cast.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Rows that come as they are wanted: there is nothing to decode.
class PlainWindows : public RowWindows {
 public:
  explicit PlainWindows(const StoredArray& array) : row_bytes_(array.row_bytes()), source_(array.reading()) {}

  void load(RowRange window) noexcept override {
    try {
      next_.resize(static_cast<std::size_t>(window.size()) * row_bytes_);
      source_->read(window.first, window.size(), next_.data());
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  void advance() override {
    if (error_) std::rethrow_exception(error_);
    std::swap(now_, next_);
  }
  std::int64_t pieces() const noexcept override { return 0; }
  void decode(std::int64_t, DecodeBuffers&) override {}
  const std::byte* rows() const noexcept override { return now_.data(); }

 private:
  std::size_t row_bytes_;
  std::unique_ptr<RowBytes> source_;
  std::vector<std::byte> now_;
  std::vector<std::byte> next_;
  std::exception_ptr error_;
};

/// Rows of chunks. A band that reaches beyond a window's end is decoded whole; its further rows stay for the
/// windows that follow.
class ChunkWindows : public RowWindows {
 public:
  ChunkWindows(const RawChunks& chunks, RowRange all)
      : chunks_(chunks), all_(all), kept_{all.first, all.first}, loaded_band_(all.first / band_rows()) {}

  void load(RowRange window) noexcept override {
    try {
      next_window_ = window;
      next_.first_band = loaded_band_;
      loaded_band_ = ceil_divide(window.last, band_rows());
      const std::int64_t count =
          std::max<std::int64_t>(0, loaded_band_ - next_.first_band) * chunks_.grid.chunks_in_band();
      if (loaded_band_ < next_.first_band) loaded_band_ = next_.first_band;
      next_.count = count;
      if (std::ssize(next_.stored) < count) next_.stored.resize(static_cast<std::size_t>(count));
      for (std::int64_t i = 0; i < count; ++i) {
        const auto [band, chunk] = place(next_, i);
        chunks_.dataset->read_chunk(chunks_.grid.start(band, chunk),
                                    next_.stored[static_cast<std::size_t>(i)]);
      }
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  void advance() override {
    if (error_) std::rethrow_exception(error_);
    std::swap(now_, next_);
    // What was decoded beyond the last window's end is the beginning of this one.
    const std::size_t row_bytes = chunks_.grid.row_bytes();
    const auto skipped = static_cast<std::size_t>(next_window_.first - kept_.first) * row_bytes;
    const std::int64_t left = kept_.last - next_window_.first;
    if (left > 0 && skipped > 0)
      std::memmove(rows_.data(), rows_.data() + skipped, static_cast<std::size_t>(left) * row_bytes);
    const std::int64_t last_decoded =
        std::min((now_.first_band + now_.count / chunks_.grid.chunks_in_band()) * band_rows(), all_.last);
    kept_ = {next_window_.first, std::max({last_decoded, kept_.last, next_window_.first})};
    const std::size_t bytes = static_cast<std::size_t>(kept_.size()) * row_bytes;
    if (rows_.size() < bytes) rows_.resize(bytes);
  }

  std::int64_t pieces() const noexcept override { return now_.count; }

  void decode(std::int64_t piece, DecodeBuffers& buffers) override {
    const ChunkGrid& grid = chunks_.grid;
    const auto [band, chunk] = place(now_, piece);
    const RowRange whole = grid.rows(band);
    const RowRange rows{std::max(whole.first, kept_.first), std::min(whole.last, kept_.last)};
    const std::byte* content =
        decode_chunk(chunks_, now_.stored[static_cast<std::size_t>(piece)], rows, buffers);
    grid.copy(band, chunk, content, rows,
              rows_.data() + static_cast<std::size_t>(rows.first - kept_.first) * grid.row_bytes());
  }

  const std::byte* rows() const noexcept override { return rows_.data(); }

 private:
  /// Chunks of whole bands, as they stand in the file. Buffers are used from window to window.
  struct Loaded {
    std::int64_t first_band = 0;
    std::int64_t count = 0;
    std::vector<hdf5::StoredChunk> stored;
  };

  std::int64_t band_rows() const noexcept { return chunks_.grid.band_rows(); }
  std::pair<std::int64_t, std::int64_t> place(const Loaded& loaded, std::int64_t piece) const noexcept {
    const std::int64_t in_band = chunks_.grid.chunks_in_band();
    return {loaded.first_band + piece / in_band, piece % in_band};
  }

  const RawChunks& chunks_;
  RowRange all_;
  RowRange kept_;             ///< the rows that rows_ has
  std::int64_t loaded_band_;  ///< the first that is not loaded yet
  RowRange next_window_;
  Loaded now_;
  Loaded next_;
  std::vector<std::byte> rows_;
  std::exception_ptr error_;
};

}  // namespace

std::unique_ptr<RowWindows> windows_of(const StoredArray& array, RowRange all) {
  if (const RawChunks* chunks = array.raw_chunks()) return std::make_unique<ChunkWindows>(*chunks, all);
  return std::make_unique<PlainWindows>(array);
}

const std::byte* decode_chunk(const RawChunks& chunks, const hdf5::StoredChunk& stored, RowRange rows,
                              DecodeBuffers& buffers) {
  buffers.raw.resize(chunks.grid.chunk_bytes());
  buffers.scratch.resize(chunks.grid.chunk_bytes());
  const std::byte* content =
      chunks.decoder.decode(stored.bytes, stored.filter_mask, buffers.raw, buffers.scratch);
  if (content != nullptr) return content;
  throw DataError(
      fmt::format("rows {} to {} of {} are damaged (their chunk cannot be decompressed, filter {}): "
                  "copy the file again",
                  rows.first, rows.last - 1, chunks.dataset->name(), chunks.filters));
}

}  // namespace jetrain
