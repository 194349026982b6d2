#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/plot.hpp"
#include "scaling/projection.hpp"

namespace jetrain {
namespace {

constexpr double kGood = 0.9;  // efficiency below which the first loss is named

std::string network_text(const Network& n) {
  std::string text = fmt::format("{:.3g} Gbit/s, {:.3g} us latency, {:.3g} us a message, {} rank{} a node",
                                 n.bandwidth * 8e-9, n.latency_seconds * 1e6, n.message_seconds * 1e6,
                                 n.ranks_per_node, n.ranks_per_node == 1 ? "" : "s");
  if (n.nodes_per_switch > 0)
    text += fmt::format(", {} nodes a switch, {:.3g} times oversubscribed", n.nodes_per_switch,
                        n.oversubscription);
  return text;
}

std::string plan_text(const Projection& p) {
  const ProjectionPlan& plan = p.plan;
  return fmt::format(
      "{} training jets and {} that validate, on {} ({} parameters, {} thread{} a rank); strong: batch {}; "
      "weak: batch {} "
      "{}a worker",
      plan.training_jets, plan.validation_jets, plan.all_validate ? "all ranks" : "rank 0",
      p.rows.front().work.parameters, plan.threads, plan.threads == 1 ? "" : "s", plan.strong_batch,
      plan.weak_batch, plan.weak_jets > 0 ? fmt::format("and {} jets ", plan.weak_jets) : "");
}

/// "strong scaling: below 90 % from 256 ranks on, first by allreduce (7 % of the epoch there)".
std::string break_sentence(const Projection& p, ScalingMode mode) {
  const ProjectionRow* last = nullptr;
  for (const ProjectionRow& row : p.rows) {
    if (row.mode != mode) continue;
    last = &row;
    if (row.whole_efficiency >= kGood) continue;
    return fmt::format(
        "{} scaling: an epoch falls below {:.0f} % at {} ranks; {} breaks first ({:.1f} % of the epoch)",
        name_of(mode), 100 * kGood, row.ranks, row.largest_loss, 100 * row.lost_share);
  }
  if (last == nullptr) return "";
  return fmt::format(
      "{} scaling: an epoch keeps {:.1f} % at {} ranks; the largest loss is {} ({:.1f} % of the epoch)",
      name_of(mode), 100 * last->whole_efficiency, last->ranks,
      last->largest_loss.empty() ? "none" : last->largest_loss, 100 * last->lost_share);
}

std::string error_table(const Projection& p) {
  if (p.held_out.empty())
    return "No point could be held out: measure at least two, to know how well the model fits.\n";
  std::string text =
      fmt::format("{:>6}{:>6}{:>9}{:>9}{:>12}{:>12}{:>9}   measured points, each left out of the fit\n",
                  "hosts", "ranks", "threads", "batch", "measured s", "predicted s", "error");
  double sum = 0;
  double worst = 0;
  for (const HeldOut& h : p.held_out) {
    text += fmt::format("{:>6}{:>6}{:>9}{:>9}{:>12.4f}{:>12.4f}{:>+8.1f} %\n", h.measurement.hosts,
                        h.measurement.point.ranks, h.measurement.point.threads, h.measurement.batch_size,
                        h.measured.all(), h.predicted.all(), 100 * h.error());
    sum += std::abs(h.error());
    worst = std::max(worst, std::abs(h.error()));
  }
  return text + fmt::format("error of the model: {:.1f} % on the mean, {:.1f} % at most\n",
                            100 * sum / static_cast<double>(p.held_out.size()), 100 * worst);
}

nlohmann::ordered_json columns(const ProjectionRow& row) {
  nlohmann::ordered_json all = {{"mode", name_of(row.mode)},
                                {"ranks", row.ranks},
                                {"nodes", row.nodes},
                                {"batch_size", row.work.batch_size},
                                {"training_jets", row.work.training_jets},
                                {"jets_per_second", row.jets_per_second},
                                {"efficiency", row.efficiency},
                                {"efficiency_with_validation", row.whole_efficiency},
                                {"largest_loss", row.largest_loss},
                                {"lost_share", row.lost_share}};
  for (const EpochPhase& phase : epoch_phases())
    all[fmt::format("{}_seconds", phase.name)] = row.time.*phase.seconds;
  return all;
}

nlohmann::ordered_json to_object(const PerformanceModel& m) {
  return {{"leaf_seconds", m.leaf},
          {"step_seconds", m.step},
          {"update_seconds", m.update},
          {"other_seconds", m.other},
          {"jitter_seconds", m.jitter},
          {"share_byte_seconds", m.share},
          {"barrier_seconds", m.barrier},
          {"add_byte_seconds", m.add},
          {"jet_seconds", m.jet},
          {"node_message_seconds", m.node_message},
          {"forward_leaf_seconds", m.forward},
          {"score_seconds", m.score},
          {"save_seconds", m.save}};
}

nlohmann::ordered_json to_object(const Network& n) {
  return {{"latency_seconds", n.latency_seconds},   {"bandwidth_bytes_per_second", n.bandwidth},
          {"message_seconds", n.message_seconds},   {"ranks_per_node", n.ranks_per_node},
          {"nodes_per_switch", n.nodes_per_switch}, {"oversubscription", n.oversubscription}};
}

std::vector<PlotSeries> efficiency_series(const Projection& p) {
  std::vector<PlotSeries> all;
  for (const ScalingMode mode : {ScalingMode::strong, ScalingMode::weak}) {
    for (const bool whole : {false, true}) {
      PlotSeries series{fmt::format("{}, {}", name_of(mode), whole ? "whole epoch" : "training"), {}, false};
      for (const ProjectionRow& row : p.rows) {
        if (row.mode != mode) continue;
        const double e = whole ? row.whole_efficiency : row.efficiency;
        series.points.push_back({static_cast<double>(row.ranks * p.plan.threads), e, e, e});
      }
      all.push_back(std::move(series));
    }
  }
  return all;
}

/// Each phase's part of the epoch.
std::string share_bars(const Projection& p, ScalingMode mode) {
  std::vector<std::string> bars;
  std::vector<PlotSeries> parts;
  for (const EpochPhase& phase : epoch_phases()) parts.push_back({phase.name, {}, false});
  for (const ProjectionRow& row : p.rows) {
    if (row.mode != mode) continue;
    bars.push_back(fmt::format("{}", row.ranks));
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i].points.push_back({0, row.time.*epoch_phases()[i].seconds / row.time.all(), 0, 0});
  }
  return stacked_bars(
      {fmt::format("Where an epoch's time goes, {} scaling", name_of(mode)), "ranks", "share"}, bars, parts);
}

}  // namespace

std::string to_text(const Projection& p) {
  std::string text = fmt::format("{}\nnetwork: {}\n\n", plan_text(p), network_text(p.plan.network));
  text += fmt::format("{:<7}{:>7}{:>7}{:>10}{:>13}{:>12}{:>15}{:>11}  {}\n", "mode", "ranks", "nodes",
                      "batch", "jets/s", "efficiency", "w. validation", "epoch s", "largest loss");
  for (const ProjectionRow& row : p.rows) {
    text += fmt::format("{:<7}{:>7}{:>7}{:>10}{:>13.0f}{:>10.1f} %{:>13.1f} %{:>11.4f}  {}\n",
                        name_of(row.mode), row.ranks, row.nodes, row.work.batch_size, row.jets_per_second,
                        100 * row.efficiency, 100 * row.whole_efficiency, row.time.all(),
                        row.largest_loss.empty()
                            ? "none"
                            : fmt::format("{} {:.1f} %", row.largest_loss, 100 * row.lost_share));
  }
  text += fmt::format("\n{}\n{}\n\n", break_sentence(p, ScalingMode::strong),
                      break_sentence(p, ScalingMode::weak));
  return text + error_table(p);
}

std::string to_csv(const Projection& p) {
  std::string text;
  for (const ProjectionRow& row : p.rows) {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    const nlohmann::ordered_json object = columns(row);
    for (const auto& [key, value] : object.items()) {
      keys.push_back(key);
      values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (text.empty()) text = fmt::format("{}\n", fmt::join(keys, ","));
    text += fmt::format("{}\n", fmt::join(values, ","));
  }
  return text;
}

std::string to_json(const Projection& p) {
  nlohmann::ordered_json json;
  json["network"] = to_object(p.plan.network);
  json["threads"] = p.plan.threads;
  json["parameters"] = p.rows.front().work.parameters;
  json["model"] = to_object(p.model);
  for (const HeldOut& h : p.held_out) {
    json["held_out"].push_back({{"hosts", h.measurement.hosts},
                                {"mode", name_of(h.measurement.point.mode)},
                                {"ranks", h.measurement.point.ranks},
                                {"threads", h.measurement.point.threads},
                                {"batch_size", h.measurement.batch_size},
                                {"measured_seconds", h.measured.all()},
                                {"predicted_seconds", h.predicted.all()},
                                {"error", h.error()}});
  }
  for (const ProjectionRow& row : p.rows) json["points"].push_back(columns(row));
  return json.dump(2) + "\n";
}

std::string to_html(const Projection& p) {
  std::string html = page_begin("Projection");
  html += fmt::format("<p>{}<br>Network: {}</p>\n<p>{}<br>{}</p>\n", html_escaped(plan_text(p)),
                      html_escaped(network_text(p.plan.network)),
                      html_escaped(break_sentence(p, ScalingMode::strong)),
                      html_escaped(break_sentence(p, ScalingMode::weak)));
  html += line_plot({"Projected parallel efficiency", "workers (ranks x threads)", "efficiency", true, false},
                    efficiency_series(p));
  html += share_bars(p, ScalingMode::strong) + share_bars(p, ScalingMode::weak);
  return html + fmt::format("<pre>{}</pre>\n</body></html>\n", html_escaped(to_text(p)));
}

}  // namespace jetrain
