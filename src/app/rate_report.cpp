#include "app/rate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/record_csv.hpp"
#include "core/record_json.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "pictures/gnuplot_script.hpp"
#include "pictures/html.hpp"

namespace jetrain {
namespace {

std::string rate_text(double rate) {
  return std::isnan(rate) ? "none" : fmt::format("{:.2g}", rate);
}

/// Where the loss explodes, the rest of the curve is what matters: up to a little above where it begins.
double shown_up_to(const std::vector<RatePoint>& points) {
  double highest = 0;
  for (std::size_t i = 0; i < (points.size() + 1) / 2; ++i) highest = std::max(highest, points[i].smoothed);
  return 1.25 * highest;
}

double shown_from(const std::vector<RatePoint>& points) {
  double lowest = 0;
  for (const RatePoint& p : points) lowest = std::min(lowest, p.smoothed);
  return lowest;
}

/// Logarithmic where the loss falls by much.
std::string loss_axis(const std::vector<RatePoint>& points) {
  const double high = shown_up_to(points);
  double lowest = high;
  for (const RatePoint& p : points) lowest = std::min(lowest, p.smoothed);
  if (lowest > 0 && high > 8 * lowest)
    return fmt::format("set logscale y\nset yrange [{:.6g}:{:.6g}]\n", lowest / 1.5, high);
  return fmt::format("set yrange [{:.6g}:{:.6g}]\n", shown_from(points), std::max(high, 1e-300));
}

/// The smoothed loss at a rate of the curve.
double loss_at(const std::vector<RatePoint>& points, double rate) {
  const auto found =
      std::find_if(points.begin(), points.end(), [&](const RatePoint& p) { return p.learning_rate >= rate; });
  return found == points.end() ? points.back().smoothed : found->smoothed;
}

/// Some twenty points of the curve, each with a bar.
std::string bars(const std::vector<RatePoint>& points) {
  constexpr std::size_t kLines = 20;
  constexpr double kWidth = 34;
  const double low = shown_from(points);
  const double range = std::max(1e-300, shown_up_to(points) - low);
  std::string text = "     rate      loss\n";
  const std::size_t every = std::max<std::size_t>(1, (points.size() + kLines - 1) / kLines);
  for (std::size_t i = 0; i < points.size(); i += every) {
    const double share = std::clamp((points[i].smoothed - low) / range, 0.0, 1.0);
    text += fmt::format("{:9.2e}  {:8.4g}  {}\n", points[i].learning_rate, points[i].smoothed,
                        std::string(static_cast<std::size_t>(std::lround(kWidth * share)), '#'));
  }
  return text;
}

std::string ending(const RateCurve& curve) {
  return fmt::format("the sweep ended at {:.2g}, step {}: {}", curve.points.back().learning_rate,
                     curve.points.size(), word_of(curve.end).meaning);
}

/// All that lr_find.json says.
struct RateFile {
  RateSuggestion suggestion;
  double config_rate = 0;  ///< as the config has it, times the scaling
  double scaling = 1;
  std::int64_t steps = 0;
  SweepEnd ended = SweepEnd::all_steps;

  template <class Self, class Visitor>
  static void fields(Self& f, Visitor& visit) {
    visit.joined("", f.suggestion);
    visit("config_rate", f.config_rate);
    visit("scaling", f.scaling);
    visit("steps", f.steps);
    visit("ended", f.ended);
  }
};

}  // namespace

RateReport::RateReport(const Config& config, const RateSweep& sweep, const RateCurve& curve)
    : config_(config),
      sweep_(sweep),
      curve_(curve),
      suggestion_(suggestion_of(curve.points, sweep.smoothing)),
      scaling_(LearningRate(config.train, EpochSteps(config.train, config.train.batch_size)).base() /
               base_learning_rate(config.train.optimizer)) {}

/// What makes a config have the suggested rate.
std::string RateReport::assignment() const {
  const char* const kind =
      std::visit([](const auto& optimizer) { return std::decay_t<decltype(optimizer)>::kName; },
                 config_.train.optimizer.kind);
  const double rate = suggestion_.suggested / scaling_;
  const std::string of_all = fmt::format("train.optimizer.{}.learning_rate={}", kind, rate_text(rate));
  const auto* muon = std::get_if<MuonConfig>(&config_.train.optimizer.kind);
  if (muon == nullptr) return of_all;
  // The sweep kept the ratio of the two.
  return fmt::format("{} --set train.optimizer.muon.adam.learning_rate={}", of_all,
                     rate_text(rate * muon->adam.learning_rate / muon->learning_rate));
}

std::vector<std::string> RateReport::remarks() const {
  std::vector<std::string> all;
  if (std::isnan(suggestion_.suggested))
    all.emplace_back(
        "no suggestion: the loss falls nowhere by more than\n"
        "batches differ; try more --steps, or other rates");
  if (suggestion_.falls_at_start) all.emplace_back("it falls steepest where the sweep begins: lower --from");
  if (suggestion_.falls_at_end && curve_.end == SweepEnd::all_steps)
    all.emplace_back("it is lowest where the sweep ends: raise --to");
  if (scaling_ != 1)
    all.push_back(fmt::format("rates are those of batch {}: {:.3g} times the config's\n(train.lr_scaling)",
                              config_.train.batch_size, scaling_));
  return all;
}

std::string RateReport::text() const {
  std::string text = "\n" + bars(curve_.points) + "\n" + ending(curve_) + "\n";
  if (!curve_.why.empty()) text += "(" + curve_.why + ")\n";
  text += fmt::format("the loss falls steepest at  {}\n", rate_text(suggestion_.steepest));
  text += fmt::format("it is lowest at             {}\n", rate_text(suggestion_.lowest));
  for (const std::string& remark : remarks()) text += remark + "\n";
  if (!std::isnan(suggestion_.suggested))
    text += fmt::format("suggested, a tenth of the latter:\n  --set {}\n", assignment());
  return text;
}

std::string RateReport::csv() const {
  std::string text = csv_header<RatePoint>() + "\n";
  for (const RatePoint& point : curve_.points) text += csv_line(point) + "\n";
  return text;
}

std::string RateReport::json() const {
  return json_text(json_of(RateFile{suggestion_, scaling_ * base_learning_rate(config_.train.optimizer),
                                    scaling_, std::ssize(curve_.points), curve_.end}));
}

Figure RateReport::figure() const {
  std::string lines;
  for (const RatePoint& p : curve_.points)
    lines += fmt::format("{:.6g} {:.6g} {:.6g}\n", p.learning_rate, p.loss, p.smoothed);
  std::string data = gnuplot::data_block("curve", lines);
  std::string marks;
  const auto mark = [&](const char* name, double rate, const char* title, int symbol) {
    if (std::isnan(rate)) return;
    data += gnuplot::data_block(name, fmt::format("{:.6g} {:.6g}\n", rate, loss_at(curve_.points, rate)));
    marks += fmt::format(", ${} using 1:2 with points pt {} ps 1.5 lw 2 lc rgb MARK title {}", name, symbol,
                         gnuplot::literal(fmt::format("{}: {}", title, rate_text(rate))));
  };
  mark("steepest", suggestion_.steepest, "steepest", 6);
  mark("suggested", suggestion_.suggested, "a tenth of the lowest", 8);
  mark("lowest", suggestion_.lowest, "lowest", 4);
  return {
      "lr_find",
      fmt::format("Loss of each batch (thin) and its mean over {} steps (thick), with a learning rate that "
                  "rises from step to step; the marks are rates that are read off it.",
                  2 * sweep_.smoothing + 1),
      data + "set logscale x\nset format x '10^{%T}'\nset xlabel 'learning rate'\nset ylabel 'loss'\n" +
          loss_axis(curve_.points) +
          fmt::format("plot $curve using 1:2 with lines lw 0.7 lc rgb RULE title 'batch', $curve using 1:3 "
                      "with lines lw 2.5 lc rgb '{}' title 'mean'{}\n",
                      color(0), marks),
      560, 400 + gnuplot::legend_room(5)};
}

std::vector<PageSection> RateReport::sections() const {
  HtmlTable table(html_escaped(ending(curve_)), {"", "learning rate"});
  table.row("the loss falls steepest", {rate_text(suggestion_.steepest)});
  table.row("it is lowest", {rate_text(suggestion_.lowest)});
  table.row("suggested: a tenth of that", {rate_text(suggestion_.suggested)});
  table.row("the config's", {rate_text(scaling_ * base_learning_rate(config_.train.optimizer))});
  std::string html = table.html();
  if (!std::isnan(suggestion_.suggested))
    html += fmt::format("<p><code>--set {}</code></p>\n", html_escaped(assignment()));
  if (!curve_.why.empty()) html += note_html(curve_.why);
  for (const std::string& remark : remarks()) html += note_html(remark);
  html += fmt::format("<details><summary>The config</summary>\n<pre>{}</pre></details>\n",
                      html_escaped(to_yaml(config_)));
  return {{"", html, {figure()}}};
}

}  // namespace jetrain
