#include "app/jet_bins.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "app/text_table.hpp"
#include "jetrain/error.hpp"
#include "pictures/gnuplot_script.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

struct Measured {
  std::int64_t row = 0;
  float value = 0;
};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw UsageError(fmt::format(
      "--bins {}: {}; as pt:550,575,600,625,650 (pt, mass, eta or multiplicity, then rising borders)", text,
      why));
}

HighLevelFeature quantity_named(const std::string& word, const std::string& text) {
  const auto named = value_named<HighLevelFeature>(word);
  for (const HighLevelFeature known : {HighLevelFeature::pt, HighLevelFeature::mass, HighLevelFeature::eta,
                                       HighLevelFeature::multiplicity}) {
    if (named == known) return known;
  }
  refuse(text, fmt::format("\"{}\" is no quantity", word));
}

const char* axis_title(HighLevelFeature quantity) {
  if (quantity == HighLevelFeature::pt) return "pT of the jet [GeV]";
  if (quantity == HighLevelFeature::mass) return "mass of the jet [GeV]";
  return quantity == HighLevelFeature::eta ? "eta of the jet" : "constituents of the jet";
}

const char* unit_of(HighLevelFeature quantity) {
  return quantity == HighLevelFeature::pt || quantity == HighLevelFeature::mass ? " (GeV)" : "";
}

/// With as many digits as the error has two of, at least three.
std::string efficiency_text(const Efficiency& efficiency) {
  constexpr int kFewest = 3;
  constexpr int kMost = 7;
  const double digits = std::isfinite(efficiency.error) && efficiency.error > 0
                            ? 1 - std::floor(std::log10(efficiency.error))
                            : kFewest;
  return with_error(efficiency.value, efficiency.error, std::clamp(static_cast<int>(digits), kFewest, kMost));
}

}  // namespace

JetBins parse_bins(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) refuse(text, "there is no colon");
  JetBins bins;
  bins.quantity = quantity_named(text.substr(0, colon), text);
  for (std::size_t at = colon + 1; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    double border = 0;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + end, border);
    if (error != std::errc() || stop != text.data() + end || !std::isfinite(border))
      refuse(text, fmt::format("\"{}\" is no number", text.substr(at, end - at)));
    if (!bins.borders.empty() && !(border > bins.borders.back()))
      refuse(text, fmt::format("{} is not above {}", border, bins.borders.back()));
    bins.borders.push_back(border);
    at = end + 1;
  }
  if (bins.borders.size() < 2) refuse(text, "one bin needs two borders");
  return bins;
}

std::vector<float> read_quantity(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                                 const JetBins& bins, const ScoredSlice& scored, const Communicator& comm) {
  comm.agree([&] {
    if (!reads_jets(stored.config.data))
      throw UsageError("--bins: plain arrays have no pt, mass, eta or multiplicity");
  });
  // A feature of the whole jet beside its image, which nobody looks at.
  Config config = stored.config;
  config.input = InputKind::image;
  config.image = ImageConfig();
  config.constituents = ConstituentsConfig();
  config.augmentation = AugmentationConfig();
  config.data.high_level = {bins.quantity};
  config.data.jets.jet_columns.clear();
  config.data.jets.constituent_columns.clear();
  const SelectedRows rows = select_rows(config, files, set, comm);
  std::vector<Measured> mine;
  const auto work = [&](std::vector<Measured>& slot, const RowBlock& block) {
    std::int64_t skipped = 0;
    rows.make(block, 0, skipped, [&](std::int64_t row, Set, const SampleView& sample) {
      slot.push_back({row, sample.features[0]});
    });
  };
  comm.agree([&] {
    rows.read<std::vector<Measured>>(
        rows.mine(rows.range(), comm), work,
        [&](const std::vector<Measured>& slot) { mine.insert(mine.end(), slot.begin(), slot.end()); });
  });
  const std::vector<Measured> all = comm.gather(std::span<const Measured>(mine));
  std::vector<float> values;
  comm.agree([&] {
    std::size_t at = 0;  // both in file order
    for (const ScoredRow& row : scored.rows) {
      while (at < all.size() && all[at].row < row.row) ++at;
      if (at == all.size() || all[at].row != row.row)
        throw DataError(fmt::format("{}: its {} cannot be measured", rows.source().place(row.row),
                                    word_of(bins.quantity).text));
      values.push_back(all[at].value);
    }
  });
  return values;
}

std::string bins_table(const JetBins& bins, const BinnedFigures& measured, bool several_classes) {
  std::vector<std::vector<std::string>> lines{
      {fmt::format("{}{}", word_of(bins.quantity).text, unit_of(bins.quantity)), "jets", "accuracy",
       several_classes ? "mean AUC" : "AUC"}};
  if (!several_classes) lines[0].insert(lines[0].end(), {"1/eps_B(0.3)", "1/eps_B(0.5)"});
  lines[0].insert(lines[0].end(), {"eps_S", "eps_B"});
  for (const BinFigures& bin : measured.bins) {
    lines.push_back({fmt::format("{:g} to {:g}", bin.low, bin.high), fmt::format("{}", bin.jets)});
    const Figures& values = bin.figures.values;
    for (std::size_t f = 0; f < (several_classes ? 2U : 4U); ++f)
      lines.back().push_back(with_error(values[f], bin.figures.errors[f], f < 2 ? 4 : 1));
    lines.back().push_back(efficiency_text(bin.signal));
    lines.back().push_back(efficiency_text(bin.background));
  }
  return text_table(lines) +
         fmt::format(
             "eps_S, eps_B: above the score {:.6g}, which keeps {:g} of the signal in all bins together; "
             "{} in no bin\n",
             measured.threshold, kBinsSignalEfficiency,
             measured.outside == 1 ? "1 jet lies" : fmt::format("{} jets lie", measured.outside));
}

Json bins_json(const JetBins& bins, const BinnedFigures& measured) {
  Json json = {{"quantity", word_of(bins.quantity).text},
               {"threshold", json_number(measured.threshold)},
               {"outside", measured.outside},
               {"bins", Json::array()}};
  for (const BinFigures& bin : measured.bins) {
    Json one = {{"low", bin.low}, {"high", bin.high}, {"jets", bin.jets}};
    const auto put = [&](const std::string& name, double value, double error) {
      one[name] = json_number(value);
      one[name + "_error"] = json_number(error);
    };
    const auto figure = [&](const std::string& name, std::size_t f) {
      put(name, bin.figures.values[f], bin.figures.errors[f]);
    };
    figure("accuracy", 0);
    figure("auc", 1);
    if (bin.figures.values.size() == 4) {  // of two classes
      figure("rejection_30", 2);
      figure("rejection_50", 3);
    }
    put("signal_efficiency", bin.signal.value, bin.signal.error);
    put("background_efficiency", bin.background.value, bin.background.error);
    json["bins"].push_back(one);
  }
  return json;
}

Figure bins_figure(const JetBins& bins, const BinnedFigures& measured, const std::string& signal) {
  const auto lines = [&](auto efficiency) {
    std::string text;
    for (const BinFigures& bin : measured.bins) {
      const Efficiency e = efficiency(bin);
      if (std::isnan(e.value)) continue;
      text += fmt::format("{:g} {:g} {:g} {:.6g} {:.6g} {:.6g}\n", (bin.low + bin.high) / 2, bin.low,
                          bin.high, e.value, std::max(e.value - e.error, e.value / 100), e.value + e.error);
    }
    return text;
  };
  const char* name = word_of(bins.quantity).text;
  return {"background_efficiency",
          fmt::format(
              "Share of the background that passes, in bins of {}, at one threshold that keeps {:g} of {} in "
              "all bins together; bars: standard deviations.",
              name, kBinsSignalEfficiency, signal),
          gnuplot::data_block("background", lines([](const BinFigures& bin) { return bin.background; })) +
              gnuplot::data_block("signal", lines([](const BinFigures& bin) { return bin.signal; })) +
              fmt::format(
                  "set xlabel '{}'\nset ylabel 'efficiency at ε_S = {:g} over all bins'\nset logscale y\nset "
                  "yrange [*:1]\n"
                  "set xrange [{:g}:{:g}]\nset format y '%g'\nset key maxcols 1\n"
                  "plot $background using 1:4:2:3:5:6 with xyerrorbars pt {} ps 0.9 lw 2 lc rgb '{}' title "
                  "'background that passes (ε_B)', "
                  "$signal using 1:4:2:3:5:6 with xyerrorbars pt {} ps 0.9 lw 2 lc rgb '{}' title {}\n",
                  axis_title(bins.quantity), kBinsSignalEfficiency, bins.borders.front(), bins.borders.back(),
                  gnuplot::mark(0), color(0), gnuplot::mark(1), color(1),
                  gnuplot::literal(signal + " that passes (ε_S)"))};
}

}  // namespace jetrain
