#include "layouts/jet_source.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include "core/checked_cast.hpp"
#include "core/open_files.hpp"
#include "core/run_slots.hpp"
#include "io/chunk_decoder.hpp"
#include "io/dataset.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"
#include "layouts/table_layout.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;
using Consume = std::function<void(std::int64_t, const JetBlock&)>;
using EndWindow = std::function<void(std::int64_t)>;

constexpr auto kRecordBytes = static_cast<std::int64_t>(JetBlock::kRecordBytes);
/// Decoded bytes in a window, for each thread: enough to keep threads busy, little beside the image store.
constexpr std::int64_t kWindowBytes = std::int64_t{16} << 20;
/// Rows in a block where HDF5 decodes (there are no chunks to hand out then).
constexpr std::int64_t kBlockRows = 64;

std::string rows_of(const std::string& path, RowRange local) {
  return fmt::format("rows {} to {} of {}", local.first, local.last - 1, path);
}

}  // namespace

struct JetSource::File {
  FileLayout layout;
  std::int64_t first_row = 0;  ///< global number of this file's row 0
  Handle file;
  hdf5::Dataset dataset;
  Handle memory_type;
  std::optional<ChunkDecoder> decoder;  ///< where chunks can be read raw

  const std::string& path() const { return layout.path; }
  std::int64_t end_row() const { return first_row + layout.rows; }

  void open_table() {
    dataset = open_jet_table(file, layout.path);
    layout = check_jet_table(dataset, layout.path);
    memory_type = packed_record_type();
    // HDF5 must decode chunks of other records, and chunks so large that one a thread would be too coarse.
    if (layout.chunk_rows == 0 || layout.chunk_rows * kRecordBytes > kWindowBytes) return;
    if (has_packed_records(dataset)) {
      decoder = ChunkDecoder::of(dataset.creation_list());
    }
    layout.raw_chunks = decoder.has_value();
  }

  /// Rows in a window: whole chunks, about kWindowBytes for each thread.
  std::int64_t window_rows(std::int64_t threads) const {
    const std::int64_t step = std::max<std::int64_t>(layout.chunk_rows, 1);
    return step * std::max<std::int64_t>(1, threads * kWindowBytes / (step * kRecordBytes));
  }

  std::int64_t slot_rows() const { return decoder ? layout.chunk_rows : kBlockRows; }

  void read_chunks(RowRange local, std::int64_t threads, const Consume& consume, const EndWindow& end) const;
  void read_decoded(RowRange local, std::int64_t threads, const Consume& consume, const EndWindow& end) const;

 private:
  struct RawChunk {
    RowRange asked;  ///< local rows, cut to the range that was asked for
    hdf5::StoredChunk stored;
  };
  /// A window's chunks as they stand in the file. Buffers are reused from window to window.
  struct Window {
    std::vector<RawChunk> chunks;
    std::int64_t count = 0;
    std::exception_ptr error;
  };

  void load(Window& window, RowRange local) const;
  std::int64_t chunk_start(std::int64_t local_row) const {
    return local_row / layout.chunk_rows * layout.chunk_rows;
  }
};

void JetSource::File::load(Window& window, RowRange local) const {
  try {
    const std::int64_t start = chunk_start(local.first);
    window.count = ceil_divide(local.last - start, layout.chunk_rows);
    window.chunks.resize(static_cast<std::size_t>(
        std::max<std::int64_t>(window.count, static_cast<std::int64_t>(window.chunks.size()))));
    for (std::int64_t c = 0; c < window.count; ++c) {
      RawChunk& chunk = window.chunks[static_cast<std::size_t>(c)];
      const std::int64_t first = start + c * layout.chunk_rows;
      chunk.asked = {std::max(first, local.first), std::min(first + layout.chunk_rows, local.last)};
      dataset.read_chunk(std::span(&first, 1), chunk.stored);
    }
  } catch (...) {
    window.error = std::current_exception();
  }
}

/// The calling thread reads the next window's chunks while the others decode this one's.
void JetSource::File::read_chunks(RowRange local, std::int64_t threads, const Consume& consume,
                                  const EndWindow& end) const {
  const std::int64_t step = window_rows(threads);
  const auto chunk_bytes = static_cast<std::size_t>(layout.chunk_rows * kRecordBytes);
  const auto window_at = [&](std::int64_t first) {
    return RowRange{first, std::min(chunk_start(first) + step, local.last)};
  };
  struct Buffers {
    std::vector<std::byte> raw, scratch;
  };
  std::vector<Buffers> buffers(static_cast<std::size_t>(omp_get_max_threads()));

  Window now;
  Window next;
  RowRange rows = window_at(local.first);
  load(now, rows);
  while (true) {
    if (now.error) std::rethrow_exception(now.error);
    const auto decode = [&](std::int64_t slot) {
      const RawChunk& chunk = now.chunks[static_cast<std::size_t>(slot)];
      Buffers& own = buffers[static_cast<std::size_t>(omp_get_thread_num())];
      own.raw.resize(chunk_bytes);
      own.scratch.resize(chunk_bytes);
      const std::byte* content =
          decoder->decode(chunk.stored.bytes, chunk.stored.filter_mask, own.raw, own.scratch);
      if (content == nullptr) {
        throw DataError(
            fmt::format("{} are damaged (their chunk cannot be decompressed, filter {}): copy "
                        "the file again",
                        rows_of(path(), chunk.asked), layout.filters));
      }
      const std::int64_t skipped = chunk.asked.first - chunk_start(chunk.asked.first);
      consume(slot,
              JetBlock{first_row + chunk.asked.first, chunk.asked.size(), content + skipped * kRecordBytes});
    };
    const bool last = rows.last == local.last;
    const RowRange following = last ? rows : window_at(rows.last);
    run_slots(now.count, decode, [&] {
      if (!last) load(next, following);
    });
    end(now.count);
    if (last) return;
    std::swap(now, next);
    rows = following;
  }
}

/// The way for every other storage: HDF5 decodes and converts a window, threads then share its rows.
void JetSource::File::read_decoded(RowRange local, std::int64_t threads, const Consume& consume,
                                   const EndWindow& end) const {
  const std::int64_t step = window_rows(threads);
  std::vector<std::byte> records(static_cast<std::size_t>(std::min(step, local.size()) * kRecordBytes));
  for (RowRange rows{local.first, local.first}; rows.first < local.last; rows.first = rows.last) {
    rows.last = std::min(rows.first / step * step + step, local.last);
    dataset.read_records(rows.first, rows.size(), memory_type, records.data());
    const std::int64_t slots = ceil_divide(rows.size(), kBlockRows);
    run_slots(
        slots,
        [&](std::int64_t slot) {
          const std::int64_t skipped = slot * kBlockRows;
          consume(slot,
                  JetBlock{first_row + rows.first + skipped, std::min(kBlockRows, rows.size() - skipped),
                           records.data() + skipped * kRecordBytes});
        },
        [] {});
    end(slots);
  }
}

JetSource::JetSource(std::vector<std::string> files, const Communicator& comm)
    : files_(std::move(files)), threads_(omp_get_max_threads()) {
  comm.agree([&] {
    if (files_.empty()) throw DataError("no data files are given: name at least one");
    require_openable(files_.size());
  });
  std::int64_t first_row = 0;
  for (const std::string& path : files_) {
    auto file = std::make_unique<File>();
    file->layout.path = path;
    file->first_row = first_row;
    file->file = hdf5::open_file(path, comm);
    comm.agree([&] {
      const hdf5::SharedReads shared(file->file, comm);
      file->open_table();
    });
    first_row = file->end_row();
    opened_.push_back(std::move(file));
  }
}

JetSource::~JetSource() = default;
JetSource::JetSource(JetSource&&) noexcept = default;
JetSource& JetSource::operator=(JetSource&&) noexcept = default;

std::int64_t JetSource::rows() const noexcept {
  return opened_.back()->end_row();
}

const std::vector<std::string>& JetSource::files() const noexcept {
  return files_;
}

std::vector<FileLayout> JetSource::layouts() const {
  std::vector<FileLayout> all;
  for (const auto& file : opened_) {
    all.push_back(file->layout);
    // HDF5 adds up all chunks: not at each opening, where every rank would read the whole index of chunks.
    all.back().stored_bytes = file->dataset.stored_bytes();
  }
  return all;
}

const JetSource::File& JetSource::file_of(std::int64_t global_row) const {
  const auto after =
      std::upper_bound(opened_.begin(), opened_.end(), global_row,
                       [](std::int64_t row, const auto& file) { return row < file->first_row; });
  return after == opened_.begin() ? *opened_.front() : **std::prev(after);
}

std::string JetSource::place(std::int64_t global_row) const {
  const File& file = file_of(global_row);
  return fmt::format("{}, row {}", file.path(), global_row - file.first_row);
}

RowRange JetSource::slice(RowRange all, int rank, int size) const {
  // Each border is the chunk border next to the place that would share the rows out evenly.
  const auto border = [&](int r) {
    if (r == 0) return all.first;
    if (r == size) return all.last;
    const std::int64_t even = all.first + all.size() / size * r + all.size() % size * r / size;
    const File& file = file_of(even);
    const std::int64_t step = std::max<std::int64_t>(file.layout.chunk_rows, 1);
    const std::int64_t local = (even - file.first_row + step / 2) / step * step;
    return std::clamp(file.first_row + std::min(local, file.layout.rows), all.first, all.last);
  };
  return {border(rank), border(rank + 1)};
}

void JetSource::read(RowRange range, const Consume& consume, const EndWindow& end_window) const {
  for (const auto& file : opened_) {
    const RowRange local{std::max(range.first, file->first_row) - file->first_row,
                         std::min(range.last, file->end_row()) - file->first_row};
    if (local.size() <= 0) continue;
    if (file->decoder) {
      file->read_chunks(local, threads_, consume, end_window);
    } else {
      file->read_decoded(local, threads_, consume, end_window);
    }
  }
}

std::int64_t JetSource::window_slots() const noexcept {
  std::int64_t slots = 0;
  for (const auto& file : opened_)
    slots = std::max(slots, ceil_divide(file->window_rows(threads_), file->slot_rows()));
  return slots;
}

}  // namespace jetrain
