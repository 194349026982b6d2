#include "generate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "jetrain/comm/threads.hpp"
#include "jetrain/core/checked_cast.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/random.hpp"
#include "jetrain/io/reference_table_writer.hpp"
#include "jetrain/jets/generator.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBlockRows = 10;                                      // rows of one class in a row
constexpr std::int64_t kWindowRows = 64 * ReferenceTableWriter::kChunkRows;  // 8 MB a rank

void check_output(const GenerateOptions& options) {
  const fs::path path(options.output);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (path.filename().empty() || fs::is_directory(path)) {
    throw UsageError(fmt::format("cannot write {}: it is a folder; give the name of a file", options.output));
  }
  if (!fs::is_directory(folder)) {
    throw UsageError(fmt::format("cannot write {}: there is no folder {}; create it first", options.output,
                                 folder.string()));
  }
  if (access(folder.c_str(), W_OK) != 0) {
    throw UsageError(fmt::format("cannot write {}: the folder {} is not writable ({})", options.output,
                                 folder.string(), std::strerror(errno)));
  }
  if (fs::exists(path) && !options.overwrite) {
    throw UsageError(fmt::format("{} exists already: give another name, or --overwrite", options.output));
  }
}

/// Which blocks of ten rows are tops: half of them, in an order that the seed decides (Fisher-Yates).
std::vector<bool> shuffled_blocks(std::int64_t jets, std::uint64_t seed) {
  std::vector<bool> is_top(static_cast<std::size_t>(ceil_divide(jets, kBlockRows)));
  for (std::size_t i = 0; i < is_top.size(); i += 2) is_top[i] = true;
  RandomStream random(seed, Purpose::generate_order, 0, 0);
  for (std::size_t i = is_top.size(); i > 1; --i) {
    const auto other = static_cast<std::size_t>(random.below(i));
    const bool label = is_top[i - 1];
    is_top[i - 1] = is_top[other];
    is_top[other] = label;
  }
  return is_top;
}

/// The first 60 % are for training, the next 20 % for validation, the last 20 % for testing.
Ttv ttv_of(std::int64_t row, std::int64_t jets) {
  if (row < jets * 6 / 10) return Ttv::train;
  return row < jets * 8 / 10 ? Ttv::validation : Ttv::test;
}

ReferenceRecord make_record(std::int64_t row, bool is_top, const GenerateOptions& options) {
  const GeneratedJet jet = generate_jet(options.seed, row, is_top);
  ReferenceRecord record;
  record.index = row;
  std::copy(jet.constituents.begin(), jet.constituents.end(), record.block_0.begin());
  std::copy(jet.truth.begin(), jet.truth.end(), record.block_0.begin() + jet.constituents.size());
  record.block_1 = {static_cast<std::int64_t>(ttv_of(row, options.jets)), is_top ? 1 : 0};
  return record;
}

void fill_table(ReferenceTableWriter& writer, const std::vector<bool>& is_top,
                const GenerateOptions& options) {
  const RowRange mine = writer.range();
  std::vector<ReferenceRecord> records(static_cast<std::size_t>(std::min(kWindowRows, mine.size())));
  for (std::int64_t begin = 0; begin < writer.longest_range(); begin += kWindowRows) {
    const std::int64_t first = std::min(mine.first + begin, mine.last);
    const std::int64_t count = std::min(kWindowRows, mine.last - first);
#pragma omp parallel for schedule(dynamic, 16)
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t row = first + i;
      records[static_cast<std::size_t>(i)] =
          make_record(row, is_top[static_cast<std::size_t>(row / kBlockRows)], options);
    }
    writer.write(first, std::span(records).first(static_cast<std::size_t>(count)));
  }
}

/// A name beside the output, under which the file grows; removed unless it was moved to its place.
class TemporaryFile {
 public:
  TemporaryFile(std::string final_name, bool is_owner)
      : final_name_(std::move(final_name)), name_(final_name_ + ".partial"), is_owner_(is_owner) {}
  ~TemporaryFile() {
    if (is_owner_) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& name() const noexcept { return name_; }

  /// Synced before it is renamed, so that the final name never stands for half a file.
  void move_to_place() {
    const int descriptor = open(name_.c_str(), O_RDONLY);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced || std::rename(name_.c_str(), final_name_.c_str()) != 0) {
      throw DataError(fmt::format("cannot complete {}: {}", final_name_, std::strerror(errno)));
    }
    is_owner_ = false;
  }

 private:
  std::string final_name_;
  std::string name_;
  bool is_owner_;
};

void print_summary(const GenerateOptions& options, const std::vector<bool>& is_top, double seconds) {
  std::int64_t tops = 0;
  for (std::size_t block = 0; block < is_top.size(); ++block) {
    const std::int64_t first = static_cast<std::int64_t>(block) * kBlockRows;
    if (is_top[block]) tops += std::min(kBlockRows, options.jets - first);
  }
  fmt::print("{}: {} jets ({} top, {} QCD), seed {}, {}\n", options.output, options.jets, tops,
             options.jets - tops, options.seed, options.compression);
  fmt::print("{:.1f} s, {:.0f} jets/s, {:.1f} MB\n", seconds, static_cast<double>(options.jets) / seconds,
             static_cast<double>(fs::file_size(options.output)) / 1e6);
}

}  // namespace

void generate(const GenerateOptions& options, const Communicator& comm) {
  const auto start = std::chrono::steady_clock::now();
  Compression compression = Compression::blosc;
  comm.agree([&] {
    compression = compression_from_name(options.compression);
    if (options.jets <= 0) {
      throw UsageError(fmt::format("--jets {}: give a number of jets of at least 1", options.jets));
    }
    if (comm.is_root()) check_output(options);
  });
  set_threads(options.threads, comm);

  const std::vector<bool> is_top = shuffled_blocks(options.jets, options.seed);
  TemporaryFile temporary(options.output, comm.is_root());
  ReferenceTableWriter writer(temporary.name(), options.jets, compression, comm);
  fill_table(writer, is_top, options);
  writer.close();
  comm.agree([&] {
    if (comm.is_root()) temporary.move_to_place();
  });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (comm.is_root()) print_summary(options, is_top, elapsed.count());
}

}  // namespace jetrain
