#include "app/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "core/order_statistics.hpp"
#include "core/printable_text.hpp"
#include "jets/constituent_set.hpp"
#include "jets/image.hpp"
#include "layouts/jet_source.hpp"
#include "layouts/read_in_slots.hpp"

namespace jetrain {
namespace {

/// Rows of the physics check: enough for means and medians, read in no time.
constexpr std::int64_t kSampleRows = 1000;

/// How often each label stands in a file. The last entry of each group counts values that mean nothing.
struct LabelCounts {
  enum : std::size_t { qcd, top, unknown_class, train, test, validation, unknown_split, kinds };
  std::array<std::int64_t, kinds> counts{};

  void add(std::int64_t is_signal, std::int64_t ttv) {
    ++counts[is_signal == 0 ? qcd : is_signal == 1 ? top : unknown_class];
    const bool known = ttv >= 0 && ttv <= 2;
    ++counts[known ? std::size_t{train} + static_cast<std::size_t>(ttv) : std::size_t{unknown_split}];
  }
};

/// One jet as the sum of its constituents; GeV, pseudorapidity.
struct JetSummary {
  bool top = false;
  bool finite = true;
  bool ordered = true;            ///< constituents descend in pT
  bool padded_otherwise = false;  ///< than by zeros behind the last constituent
  std::int64_t constituents = 0;
  double pt = 0;
  double mass = 0;
  double eta = 0;
};

JetSummary summarize(const JetBlock& block, std::int64_t i) {
  const auto momenta = block.constituents(i);
  JetSummary jet;
  jet.top = block.is_signal(i) == 1;
  std::array<double, 4> sum{};
  double last_pt = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(kConstituents); ++c) {
    std::array<double, 4> p{};
    for (std::size_t k = 0; k < 4; ++k) p[k] = static_cast<double>(momenta[4 * c + k]);
    for (std::size_t k = 0; k < 4; ++k) jet.finite = jet.finite && std::isfinite(p[k]);
    if (std::all_of(p.begin(), p.end(), [](double value) { return value == 0; })) {
      last_pt = 0;  // anything after the padding is out of order
      continue;
    }
    const double pt = std::hypot(p[1], p[2]);
    // Float32 momenta fix pT to about 1e-7; equal ones may stand either way.
    if (c > 0 && pt > last_pt * (1 + 1e-6)) jet.ordered = false;
    last_pt = pt;
    ++jet.constituents;
    for (std::size_t k = 0; k < 4; ++k) sum[k] += p[k];
  }
  std::vector<float> constituents;
  std::array<float, 4> rounded{};
  ReadingNotes notes;
  jet.padded_otherwise = collect_constituents(momenta, constituents, rounded, notes) == RowStatus::good &&
                         notes.other_padding > 0;
  jet.pt = std::hypot(sum[1], sum[2]);
  jet.eta = jet.pt > 0 ? std::asinh(sum[3] / jet.pt) : 0.0;
  const double p2 = sum[1] * sum[1] + sum[2] * sum[2] + sum[3] * sum[3];
  jet.mass = std::sqrt(std::max(0.0, sum[0] * sum[0] - p2));
  return jet;
}

LabelCounts count_labels(const JetSource& source, const Communicator& comm) {
  LabelCounts labels;
  comm.agree([&] {
    read_in_slots<LabelCounts>(
        source, source.slice({0, source.rows()}, comm.rank(), comm.size()),
        [](LabelCounts& slot, const JetBlock& block) {
          for (std::int64_t i = 0; i < block.rows; ++i) slot.add(block.is_signal(i), block.ttv(i));
        },
        [&](const LabelCounts& slot) {
          for (std::size_t k = 0; k < LabelCounts::kinds; ++k) labels.counts[k] += slot.counts[k];
        });
  });
  comm.sum(labels.counts);
  return labels;
}

std::vector<JetSummary> sample(const JetSource& source, const Communicator& comm) {
  std::vector<JetSummary> jets;
  comm.agree([&] {
    if (!comm.is_root()) return;
    using Summaries = std::vector<JetSummary>;
    read_in_slots<Summaries>(
        source, RowRange{0, std::min(kSampleRows, source.rows())},
        [](Summaries& slot, const JetBlock& block) {
          for (std::int64_t i = 0; i < block.rows; ++i) slot.push_back(summarize(block, i));
        },
        [&](const Summaries& slot) { jets.insert(jets.end(), slot.begin(), slot.end()); });
  });
  return jets;
}

std::string bytes_text(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  return bytes < 10'000'000 ? fmt::format("{:.1f} kB", value / 1e3) : fmt::format("{:.1f} MB", value / 1e6);
}

void print_storage(const FileLayout& layout) {
  print_line("{}", layout.path);
  fmt::print("  layout       /table/table, 200 constituents (E, px, py, pz), truth, ttv, is_signal_new\n");
  fmt::print("  rows         {}\n", layout.rows);
  if (layout.chunk_rows > 0) {
    fmt::print("  chunks       {} of {} rows, {}\n", layout.chunks, layout.chunk_rows,
               layout.raw_chunks ? "decompressed by threads" : "decoded inside HDF5 (slower)");
  } else {
    fmt::print("  chunks       none ({})\n", hdf5::storage_name(layout.storage));
  }
  print_line("  filter       {}", layout.filters);
  fmt::print("  size         {} on disk, {} decoded\n", bytes_text(layout.stored_bytes),
             bytes_text(layout.decoded_bytes));
}

void print_labels(const LabelCounts& labels) {
  const auto& counts = labels.counts;
  fmt::print("  classes      {} top, {} QCD", counts[LabelCounts::top], counts[LabelCounts::qcd]);
  if (counts[LabelCounts::unknown_class] > 0)
    fmt::print(", {} NEITHER 0 NOR 1", counts[LabelCounts::unknown_class]);
  fmt::print("\n  splits       {} train, {} test, {} validation", counts[LabelCounts::train],
             counts[LabelCounts::test], counts[LabelCounts::validation]);
  if (counts[LabelCounts::unknown_split] > 0)
    fmt::print(", {} of another ttv", counts[LabelCounts::unknown_split]);
  fmt::print("\n");
}

/// The median of `value` over the jets that `chosen` picks, or "-" where there are none.
template <class Chosen, class Value>
std::string median_text(const std::vector<JetSummary>& jets, const Chosen& chosen, const Value& value) {
  std::vector<double> values;
  for (const JetSummary& jet : jets) {
    if (jet.finite && chosen(jet)) values.push_back(value(jet));
  }
  if (values.empty()) return "-";
  return fmt::format("{:.1f}", median(values, OfTwo::upper));
}

template <class Chosen>
std::string mean_constituents(const std::vector<JetSummary>& jets, const Chosen& chosen) {
  double sum = 0;
  double count = 0;
  for (const JetSummary& jet : jets) {
    if (!chosen(jet)) continue;
    sum += static_cast<double>(jet.constituents);
    ++count;
  }
  return count > 0 ? fmt::format("{:.1f}", sum / count) : "-";
}

void print_physics(const std::vector<JetSummary>& jets) {
  const auto top = [](const JetSummary& jet) { return jet.top; };
  const auto qcd = [](const JetSummary& jet) { return !jet.top; };
  const auto any = [](const JetSummary&) { return true; };
  double lowest_pt = INFINITY;
  double highest_pt = 0;
  double largest_eta = 0;
  std::int64_t unordered = 0;
  std::int64_t not_finite = 0;
  std::int64_t padded_otherwise = 0;
  for (const JetSummary& jet : jets) {
    unordered += jet.ordered ? 0 : 1;
    not_finite += jet.finite ? 0 : 1;
    padded_otherwise += jet.padded_otherwise ? 1 : 0;
    if (!jet.finite) continue;
    lowest_pt = std::min(lowest_pt, jet.pt);
    highest_pt = std::max(highest_pt, jet.pt);
    largest_eta = std::max(largest_eta, std::abs(jet.eta));
  }
  fmt::print("  first {} rows\n", jets.size());
  fmt::print("    constituents  mean {} top, {} QCD\n", mean_constituents(jets, top),
             mean_constituents(jets, qcd));
  if (not_finite < std::ssize(jets)) {
    fmt::print("    jet pT        {:.1f} to {:.1f} GeV, median {}\n", lowest_pt, highest_pt,
               median_text(jets, any, [](const JetSummary& jet) { return jet.pt; }));
    const auto mass = [](const JetSummary& jet) { return jet.mass; };
    fmt::print("    jet mass      median {} GeV top, {} GeV QCD\n", median_text(jets, top, mass),
               median_text(jets, qcd, mass));
    fmt::print("    |eta|         at most {:.2f}\n", largest_eta);
  }
  fmt::print(
      "    out of order  {} jets (constituents do not descend in pT; `input: constituents` sorts them)\n",
      unordered);
  if (padded_otherwise == 0) {
    fmt::print("    padding       zeros behind the last constituent in all jets\n");
  } else {
    fmt::print(
        "    padding       {} jets with other than zeros behind the last constituent (zeros before it, -999, "
        "NaN in all four, energies not above 0; `input: constituents` skips it)\n",
        padded_otherwise);
  }
  fmt::print("    not finite    {} jets\n", not_finite);
}

}  // namespace

void inspect(const std::vector<std::string>& files, const Communicator& comm) {
  for (const std::string& path : files) {
    const JetSource source({path}, comm);
    const LabelCounts labels = count_labels(source, comm);
    const std::vector<JetSummary> jets = sample(source, comm);
    if (!comm.is_root()) continue;
    print_storage(source.layouts().front());
    print_labels(labels);
    print_physics(jets);
  }
}

}  // namespace jetrain
