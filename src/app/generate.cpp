#include "app/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/generate_toys.hpp"
#include "comm/threads.hpp"
#include "core/checked_cast.hpp"
#include "core/out_of_memory.hpp"
#include "core/output_file.hpp"
#include "core/permutation.hpp"
#include "core/printable_text.hpp"
#include "core/random.hpp"
#include "core/stopwatch.hpp"
#include "core/thread_errors.hpp"
#include "jetrain/error.hpp"
#include "jetrain/generator.hpp"
#include "layouts/reference_table_writer.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBlockRows = 10;                                      // rows of one class in a row
constexpr std::int64_t kWindowRows = 64 * ReferenceTableWriter::kChunkRows;  // 8 MB a rank

/// 32 TB of jets.
constexpr std::int64_t kMostRows = 10'000'000'000;

/// Which blocks of ten rows are tops: half of them, in an order that the seed decides.
std::vector<bool> shuffled_blocks(std::int64_t jets, std::uint64_t seed) {
  const auto order = random_permutation(ceil_divide(jets, kBlockRows), seed, Purpose::generate_order, 0);
  std::vector<bool> is_top;
  for (const std::uint32_t place : order) is_top.push_back(place % 2 == 0);
  return is_top;
}

/// The first 60 % are for training, the next 20 % for validation, the last 20 % for testing.
Ttv ttv_of(std::int64_t row, std::int64_t jets) {
  if (row < jets * 6 / 10) return Ttv::train;
  return row < jets * 8 / 10 ? Ttv::validation : Ttv::test;
}

ReferenceRecord make_record(std::int64_t row, bool is_top, const GenerateOptions& options) {
  const GeneratedJet jet = generate_jet(options.seed, row, is_top, options.settings);
  ReferenceRecord record;
  record.index = row;
  std::copy(jet.constituents.begin(), jet.constituents.end(), record.block_0.begin());
  std::copy(jet.truth.begin(), jet.truth.end(), record.block_0.begin() + jet.constituents.size());
  record.block_1 = {static_cast<std::int64_t>(ttv_of(row, options.jets)), is_top ? 1 : 0};
  return record;
}

void fill_table(ReferenceTableWriter& writer, const std::vector<bool>& is_top, const GenerateOptions& options,
                const Communicator& comm) {
  const RowRange mine = writer.range();
  std::vector<ReferenceRecord> records(static_cast<std::size_t>(std::min(kWindowRows, mine.size())));
  for (std::int64_t begin = 0; begin < writer.longest_range(); begin += kWindowRows) {
    const std::int64_t first = std::min(mine.first + begin, mine.last);
    const std::int64_t count = std::min(kWindowRows, mine.last - first);
    ThreadErrors errors;
#pragma omp parallel for schedule(dynamic, 16)
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t row = first + i;
      errors.run([&] {
        records[static_cast<std::size_t>(i)] =
            make_record(row, is_top[static_cast<std::size_t>(row / kBlockRows)], options);
      });
    }
    comm.agree([&] { errors.rethrow(); });
    writer.reserve(comm.size() * std::ssize(records) * std::int64_t{sizeof(ReferenceRecord)});
    writer.write(first, std::span(records).first(static_cast<std::size_t>(count)));
  }
}

/// "LOW:HIGH".
void take_pt(const std::string& text, GeneratorSettings& settings) {
  const auto colon = text.find(':');
  const auto number = [&](std::string_view digits, double& value) {
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    return error == std::errc() && end == digits.end();
  };
  const std::string_view all = text;
  if (colon == std::string::npos || !number(all.substr(0, colon), settings.smallest_pt_gev) ||
      !number(all.substr(colon + 1), settings.largest_pt_gev))
    throw UsageError(fmt::format("--pt {}: give two numbers, as in --pt 550:650 (GeV)", text));
}

/// Refuses, before anything is written, what no jets can be made of.
void require_settings(GeneratedKind kind, GenerateOptions& options) {
  if (!options.pt.empty()) take_pt(options.pt, options.settings);
  if (kind != GeneratedKind::jets) {
    if (options.settings == GeneratorSettings()) return;
    throw UsageError(fmt::format("--pt, --mass, --smearing and --pileup are of jets: {} has none", kind));
  }
  for (const bool is_top : {false, true}) generate_jet(options.seed, 0, is_top, options.settings);
}

/// What is said of settings that are not the defaults.
std::string differences(const GeneratorSettings& settings) {
  const GeneratorSettings usual;
  std::string text;
  if (settings.smallest_pt_gev != usual.smallest_pt_gev || settings.largest_pt_gev != usual.largest_pt_gev)
    text += fmt::format(", pT {} to {} GeV", settings.smallest_pt_gev, settings.largest_pt_gev);
  if (settings.mass_gev != usual.mass_gev) text += fmt::format(", mass {} GeV", settings.mass_gev);
  if (settings.smearing != usual.smearing) text += fmt::format(", smearing {}", settings.smearing);
  if (settings.pileup != usual.pileup) text += fmt::format(", pile-up {}", settings.pileup);
  return text;
}

void print_summary(const GenerateOptions& options, const std::vector<bool>& is_top, double seconds) {
  std::int64_t tops = 0;
  for (std::size_t block = 0; block < is_top.size(); ++block) {
    const std::int64_t first = static_cast<std::int64_t>(block) * kBlockRows;
    if (is_top[block]) tops += std::min(kBlockRows, options.jets - first);
  }
  print_line("{}: {} jets ({} top, {} QCD), seed {}, {}{}", options.output, options.jets, tops,
             options.jets - tops, options.seed, options.compression, differences(options.settings));
  fmt::print("{:.1f} s, {:.0f} jets/s, {:.1f} MB\n", seconds, static_cast<double>(options.jets) / seconds,
             static_cast<double>(fs::file_size(options.output)) / 1e6);
}

}  // namespace

void generate(const GenerateOptions& given, const Communicator& comm) {
  const Stopwatch watch;
  GenerateOptions options = given;
  Compression compression{};
  GeneratedKind kind{};
  comm.agree([&] {
    compression = compression_from_name(options.compression);
    if (options.jets <= 0) {
      throw UsageError(fmt::format("--jets {}: give a number of jets of at least 1", options.jets));
    }
    if (options.jets > kMostRows)
      throw UsageError(fmt::format("--jets {}: at most {} are made", options.jets, kMostRows));
    const std::optional<GeneratedKind> named = value_named<GeneratedKind>(options.kind);
    if (!named) throw UsageError(fmt::format("--kind {}: must be jets, line or gaussians", options.kind));
    kind = *named;
    require_settings(kind, options);
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  if (kind != GeneratedKind::jets) return generate_toys(kind, options, comm);
  set_threads(options.threads, comm);

  std::vector<bool> is_top;
  comm.agree([&] {
    is_top =
        memory_for("the order of so many jets", [&] { return shuffled_blocks(options.jets, options.seed); });
  });
  ReferenceTableWriter writer(options.output, options.jets, compression, comm);
  fill_table(writer, is_top, options, comm);
  writer.close();
  if (comm.is_root()) print_summary(options, is_top, watch.seconds());
}

}  // namespace jetrain
