#include <fmt/format.h>

#include "pictures/html.hpp"
#include "pictures/line_chart.hpp"
#include "pictures/stacked_bars.hpp"
#include "scaling/projection_report.hpp"

namespace jetrain {
namespace {

constexpr std::array kModes = {ScalingMode::strong, ScalingMode::weak};

Figure efficiency_figure(const Projection& p) {
  std::vector<ChartLine> lines;
  for (const ScalingMode mode : kModes) {
    for (const bool whole : {false, true}) {
      ChartLine line{
          fmt::format("{}, {}", word_of(mode).text, whole ? "whole epoch" : "training"), {}, false};
      for (const ProjectionRow& row : p.rows) {
        if (row.mode != mode) continue;
        line.points.push_back(
            {static_cast<double>(row.ranks * p.plan.threads), whole ? row.whole_efficiency : row.efficiency});
      }
      lines.push_back(std::move(line));
    }
  }
  return line_chart("efficiency",
                    "Projected parallel efficiency, relative to one worker, of training alone and of a whole "
                    "epoch, with validation and saving.",
                    {"workers (ranks x threads)", ChartAxis::Scale::doubled}, {"efficiency"}, lines);
}

/// Each phase's part of the epoch.
Figure share_figure(const Projection& p, ScalingMode mode) {
  std::vector<std::string> bars;
  std::vector<BarPart> parts;
  for (const EpochPhase& phase : epoch_phases()) parts.push_back({phase.name, {}});
  for (const ProjectionRow& row : p.rows) {
    if (row.mode != mode) continue;
    bars.push_back(fmt::format("{}", row.ranks));
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i].heights.push_back(row.time.*epoch_phases()[i].seconds / row.time.all());
  }
  return stacked_bars(
      fmt::format("shares_{}", word_of(mode).text),
      fmt::format("Where an epoch's time goes, {} scaling; from below as in the legend.", word_of(mode).text),
      "ranks", "share of the epoch", bars, parts);
}

std::string paragraph(const std::string& first, const std::string& second) {
  return fmt::format("<p>{}<br>{}</p>\n", html_escaped(first), html_escaped(second));
}

}  // namespace

std::vector<PageSection> page_sections(const Projection& p) {
  const std::string breaks =
      paragraph(break_sentence(p, ScalingMode::strong), break_sentence(p, ScalingMode::weak));
  const std::string fit =
      p.held_out.empty() ? "" : to_html(held_out_table(p), "Measured points, each left out of the fit");
  return {
      {"", paragraph(plan_text(p), "Network: " + network_text(p.plan.network)), {}},
      {"Efficiency",
       breaks + to_html(row_table(p), "What is expected, and which phase takes most of what is lost"),
       {efficiency_figure(p)}},
      {"Where the time goes", "", {share_figure(p, ScalingMode::strong), share_figure(p, ScalingMode::weak)}},
      {"How well the model fits", fmt::format("<p>{}</p>\n", html_escaped(error_sentence(p))) + fit, {}}};
}

}  // namespace jetrain
