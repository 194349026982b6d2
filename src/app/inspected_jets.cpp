#include "app/inspected_jets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "core/order_statistics.hpp"
#include "dataset/sample_loader.hpp"
#include "layouts/read_in_slots.hpp"

namespace jetrain {
namespace {

/// Rows of the physics check: enough for means and medians, read in no time.
constexpr std::int64_t kSampleRows = 1000;

void count(const JetBlock& block, std::int64_t i, LabelCounts& counts) {
  if (const std::optional<std::uint8_t> label = block.label(i)) {
    ++counts.classes[*label];
  } else {
    ++counts.no_class;
  }
  const std::int64_t set = block.set(i);
  if (set >= 0 && set < std::ssize(counts.sets)) {
    ++counts.sets[static_cast<std::size_t>(set)];
  } else {
    ++counts.no_set;
  }
}

void add(const LabelCounts& slot, LabelCounts& all) {
  for (std::size_t k = 0; k < slot.classes.size(); ++k) all.classes[k] += slot.classes[k];
  for (std::size_t k = 0; k < slot.sets.size(); ++k) all.sets[k] += slot.sets[k];
  all.no_class += slot.no_class;
  all.no_set += slot.no_set;
}

JetSummary summarize(const JetBlock& block, std::int64_t i) {
  std::vector<float> room;
  std::vector<float> constituents;
  std::array<float, 4> rounded{};
  JetSummary jet;
  const std::span<const float> places = block.constituents(i, room);
  jet.finite =
      !places.empty() && collect_constituents(places, constituents, rounded, jet.notes) == RowStatus::good;
  if (const std::optional<std::uint8_t> label = block.label(i)) jet.label = *label;
  if (!jet.finite) return jet;
  look_at_leading(constituents, jet.notes);
  jet.ordered = jet.notes.unsorted == 0;
  jet.padded_otherwise = jet.notes.other_padding > 0;
  jet.constituents = std::ssize(constituents) / 4;
  std::array<double, 4> sum{};
  for (std::size_t k = 0; k < constituents.size(); ++k) sum[k % 4] += static_cast<double>(constituents[k]);
  jet.pt = std::hypot(sum[1], sum[2]);
  jet.eta = jet.pt > 0 ? std::asinh(sum[3] / jet.pt) : 0.0;
  const double p2 = sum[1] * sum[1] + sum[2] * sum[2] + sum[3] * sum[3];
  jet.mass = std::sqrt(std::max(0.0, sum[0] * sum[0] - p2));
  return jet;
}

std::string median_text(const std::vector<double>& values) {
  return values.empty() ? "-" : fmt::format("{:.1f}", median(values, OfTwo::upper));
}

std::string mean_text(const std::vector<double>& values) {
  if (values.empty()) return "-";
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return fmt::format("{:.1f}", sum / static_cast<double>(values.size()));
}

/// `text` of the values of each class's jets, with its name: "172.1 GeV top, 80.5 GeV QCD".
template <class Text, class Value>
std::string by_class(const std::vector<JetSummary>& jets, const std::vector<NamedClass>& classes,
                     const std::string& unit, const Text& text, const Value& value) {
  const auto of = [&](const auto& chosen) {
    std::vector<double> values;
    for (const JetSummary& jet : jets) {
      if (jet.finite && chosen(jet)) values.push_back(value(jet));
    }
    return text(values) + unit;
  };
  if (classes.empty()) return of([](const JetSummary&) { return true; });
  std::vector<std::string> words;
  for (const NamedClass& one : classes)
    words.push_back(of([&](const JetSummary& jet) { return jet.label == one.label; }) + " " + one.name);
  return fmt::format("{}", fmt::join(words, ", "));
}

/// So many of the jets are as `unusual` says.
template <class Unusual>
std::int64_t number_of(const std::vector<JetSummary>& jets, const Unusual& unusual) {
  return std::count_if(jets.begin(), jets.end(), unusual);
}

void print_unusual(const std::vector<JetSummary>& jets) {
  const std::int64_t unordered = number_of(jets, [](const JetSummary& jet) { return !jet.ordered; });
  const std::int64_t padded = number_of(jets, [](const JetSummary& jet) { return jet.padded_otherwise; });
  const std::int64_t empty =
      number_of(jets, [](const JetSummary& jet) { return jet.finite && jet.constituents == 0; });
  const std::int64_t not_finite = number_of(jets, [](const JetSummary& jet) { return !jet.finite; });
  fmt::print("    out of order  {} jets\n", unordered);
  fmt::print("    padding       {}\n", padded == 0
                                           ? "zeros behind the last constituent in all jets"
                                           : fmt::format("{} jets with other than zeros behind it", padded));
  fmt::print("    empty         {} jets\n", empty);
  fmt::print("    not finite    {} jets\n", not_finite);
  const auto warn = [](std::int64_t count, const char* what) {
    if (count > 0) fmt::print("  warning: {} jets {}\n", count, what);
  };
  warn(
      unordered,
      "have constituents that do not descend in pT: they are sorted when they are read (data.unsorted: error "
      "refuses them)");
  warn(padded,
       "have padding that is not zeros behind the last constituent (zeros before it, -999, NaN in all four, "
       "energies not above 0): it is left out");
  warn(empty, "have no constituent: is what is read as energy, or pT, above 0?");
  warn(not_finite, "have a NaN or infinite momentum: bad rows (data.on_bad_row)");
  ReadingNotes all;
  for (const JetSummary& jet : jets) {
    if (jet.finite) all.add(jet.notes);
  }
  say_of_momenta(all, [](LogLevel, const std::string& text) { fmt::print("  warning: {}\n", text); });
}

}  // namespace

LabelCounts count_labels(const JetSource& source, const Communicator& comm) {
  LabelCounts counts;
  comm.agree([&] {
    read_in_slots<LabelCounts>(
        source, source.slice({0, source.rows()}, comm.rank(), comm.size()),
        [](LabelCounts& slot, const JetBlock& block) {
          for (std::int64_t i = 0; i < block.rows; ++i) count(block, i, slot);
        },
        [&](const LabelCounts& slot) { add(slot, counts); });
  });
  comm.sum(counts.classes);
  comm.sum(counts.sets);
  counts.no_class = comm.sum(counts.no_class);
  counts.no_set = comm.sum(counts.no_set);
  return counts;
}

std::vector<JetSummary> first_jets(const JetSource& source, const Communicator& comm) {
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

void print_physics(const std::vector<JetSummary>& jets, const std::vector<NamedClass>& classes) {
  double lowest_pt = INFINITY;
  double highest_pt = 0;
  double largest_eta = 0;
  for (const JetSummary& jet : jets) {
    if (!jet.finite) continue;
    lowest_pt = std::min(lowest_pt, jet.pt);
    highest_pt = std::max(highest_pt, jet.pt);
    largest_eta = std::max(largest_eta, std::abs(jet.eta));
  }
  fmt::print("  first {} rows\n", jets.size());
  fmt::print("    constituents  mean {}\n", by_class(jets, classes, "", mean_text, [](const JetSummary& jet) {
               return static_cast<double>(jet.constituents);
             }));
  if (number_of(jets, [](const JetSummary& jet) { return jet.finite; }) > 0) {
    fmt::print("    jet pT        {:.1f} to {:.1f} GeV, median {}\n", lowest_pt, highest_pt,
               by_class(jets, {}, "", median_text, [](const JetSummary& jet) { return jet.pt; }));
    fmt::print("    jet mass      median {}\n",
               by_class(jets, classes, " GeV", median_text, [](const JetSummary& jet) { return jet.mass; }));
    fmt::print("    |eta|         at most {:.2f}\n", largest_eta);
  }
  print_unusual(jets);
}

}  // namespace jetrain
