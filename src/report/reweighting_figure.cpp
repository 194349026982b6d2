#include <fmt/format.h>

#include <algorithm>

#include "config/class_names.hpp"
#include "pictures/gnuplot_script.hpp"
#include "report/figures.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

/// One axis of the bins: its borders, and which bin of it a bin of both is.
struct Axis {
  const char* name;   ///< of the figure
  const char* word;   ///< in captions
  const char* label;  ///< of the picture's axis
  const std::vector<double>& edges;
  std::size_t stride;  ///< bins of both from one bin of this axis to the next

  std::size_t bins() const { return edges.size() - 1; }
  std::size_t bin(std::size_t of_both) const { return of_both / stride % bins(); }
};

/// The corners of the steps, "value sum", so that bins of any width are drawn as such. `factors`: all 1 where
/// empty.
std::string steps_of(const Axis& axis, const std::vector<double>& sums, const std::vector<double>& factors) {
  std::vector<double> projected(axis.bins());
  for (std::size_t i = 0; i < sums.size(); ++i)
    projected[axis.bin(i)] += sums[i] * (factors.empty() ? 1.0 : factors[i]);
  std::string lines;
  for (std::size_t i = 0; i < projected.size(); ++i)
    lines +=
        fmt::format("{0:.9g} {2:.6g}\n{1:.9g} {2:.6g}\n", axis.edges[i], axis.edges[i + 1], projected[i]);
  return lines;
}

std::string script_of(const Axis& axis, const Reweighting& reweighting,
                      const std::vector<std::string>& names) {
  std::string data;
  std::string plots;
  for (std::size_t label = 0; label < reweighting.classes.size(); ++label) {
    const ReweightedClass& each = reweighting.classes[label];
    if (each.jets == 0) continue;
    // Lines that fall together show, one behind the other.
    const double width = 2 + 3 * static_cast<double>(reweighting.classes.size() - 1 - label) /
                                 static_cast<double>(reweighting.classes.size());
    data += data_block(fmt::format("before{}", label), steps_of(axis, each.before, {}));
    data += data_block(fmt::format("after{}", label), steps_of(axis, each.before, each.factors));
    plots += fmt::format(
        "$before{0} using 1:2 with lines lw 2 dt (1,3) lc rgb '{1}' notitle, "
        "$after{0} using 1:2 with lines lw {3:g} lc rgb '{1}' title {2}, ",
        label, color(label), literal(names[label]), width);
  }
  // Which line is which, without a colour.
  plots +=
      "NaN with lines lw 2 dt (1,3) lc rgb MARK title 'before', "
      "NaN with lines lw 2 lc rgb MARK title 'as they count'";
  return data +
         fmt::format(
             "set xlabel '{}'\nset ylabel 'sum of weights in the bin'\nset yrange [0:*]\nset key maxcols 2\n"
             "set xrange [{}:{}]\nplot {}\n",
             axis.label, axis.edges.front(), axis.edges.back(), plots);
}

/// Whether a record's sums are those of its bins.
bool is_whole(const Reweighting& reweighting, std::size_t names) {
  const auto bins = [](const std::vector<double>& edges) { return edges.empty() ? 1 : edges.size() - 1; };
  const std::size_t all = bins(reweighting.pt) * bins(reweighting.mass);
  return all > 0 && reweighting.classes.size() <= names &&
         std::all_of(reweighting.classes.begin(), reweighting.classes.end(),
                     [&](const ReweightedClass& each) {
                       return each.before.size() == all && each.factors.size() == all;
                     });
}

}  // namespace

std::vector<Figure> reweighting_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const Reweighting& reweighting = runs[run].record.result.reweighting;
    const std::vector<std::string> names =
        class_names(runs[run].record.config.data, std::ssize(reweighting.classes));
    if (reweighting.empty() || !is_whole(reweighting, names.size())) continue;
    const std::size_t mass_bins = reweighting.mass.empty() ? 1 : reweighting.mass.size() - 1;
    const Axis pt{"pt", "pT", "pT of the jet [GeV]", reweighting.pt, mass_bins};
    const Axis mass{"mass", "mass", "mass of the jet [GeV]", reweighting.mass, 1};
    for (const Axis& axis : {pt, mass}) {
      if (axis.edges.empty()) continue;
      figures.push_back(
          {fmt::format("reweighting_{}{}", axis.name, name_suffix(runs, run)),
           fmt::format("Training jets by {}, before train.reweight (dotted) and as they count in the loss "
                       "(drawn through).{}",
                       axis.word, caption_suffix(runs, run)),
           script_of(axis, reweighting, names), 480,
           360 + gnuplot::legend_room((reweighting.classes.size() + 3) / 2)});
    }
  }
  return figures;
}

}  // namespace jetrain
