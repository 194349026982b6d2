#include "scaling/projection_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetrain {
namespace {

constexpr double kGood = 0.9;  // efficiency below which the first loss is named

}  // namespace

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
        word_of(mode).text, 100 * kGood, row.ranks, row.largest_loss, 100 * row.lost_share);
  }
  if (last == nullptr) return "";
  return fmt::format(
      "{} scaling: an epoch keeps {:.1f} % at {} ranks; the largest loss is {} ({:.1f} % of the epoch)",
      word_of(mode).text, 100 * last->whole_efficiency, last->ranks,
      last->largest_loss.empty() ? "none" : last->largest_loss, 100 * last->lost_share);
}

Table row_table(const Projection& p) {
  Table table{{{"mode", 7, true},
               {"ranks", 7},
               {"nodes", 7},
               {"batch", 10},
               {"jets/s", 13},
               {"efficiency", 12},
               {"w. validation", 15},
               {"epoch s", 11},
               {"largest loss", 0, true}},
              {}};
  for (const ProjectionRow& row : p.rows) {
    table.rows.push_back(
        {word_of(row.mode).text, fmt::format("{}", row.ranks), fmt::format("{}", row.nodes),
         fmt::format("{}", row.work.batch_size), fmt::format("{:.0f}", row.jets_per_second),
         fmt::format("{:.1f} %", 100 * row.efficiency), fmt::format("{:.1f} %", 100 * row.whole_efficiency),
         fmt::format("{:.4f}", row.time.all()),
         row.largest_loss.empty() ? "none"
                                  : fmt::format("{} {:.1f} %", row.largest_loss, 100 * row.lost_share)});
  }
  return table;
}

Table held_out_table(const Projection& p) {
  Table table{{{"hosts", 6},
               {"ranks", 6},
               {"threads", 9},
               {"batch", 9},
               {"measured s", 12},
               {"predicted s", 12},
               {"error", 10}},
              {}};
  for (const HeldOut& h : p.held_out) {
    table.rows.push_back(
        {fmt::format("{}", h.measurement.hosts), fmt::format("{}", h.measurement.point.ranks),
         fmt::format("{}", h.measurement.point.threads), fmt::format("{}", h.measurement.batch_size),
         fmt::format("{:.4f}", h.measured.all()), fmt::format("{:.4f}", h.predicted.all()),
         fmt::format("{:+.1f} %", 100 * h.error())});
  }
  return table;
}

std::string error_sentence(const Projection& p) {
  if (p.held_out.empty())
    return "No point could be held out: measure at least two, to know how well the model fits.";
  double sum = 0;
  double worst = 0;
  for (const HeldOut& h : p.held_out) {
    sum += std::abs(h.error());
    worst = std::max(worst, std::abs(h.error()));
  }
  return fmt::format("error of the model: {:.1f} % on the mean, {:.1f} % at most",
                     100 * sum / static_cast<double>(p.held_out.size()), 100 * worst);
}

std::string to_text(const Projection& p) {
  std::string text = fmt::format(
      "{}\nnetwork: {}\n\n{}\n{}\n{}\n\n", plan_text(p), network_text(p.plan.network), to_text(row_table(p)),
      break_sentence(p, ScalingMode::strong), break_sentence(p, ScalingMode::weak));
  if (!p.held_out.empty()) {
    std::string table = to_text(held_out_table(p));
    text += table.insert(table.find('\n'), "   measured points, each left out of the fit");
  }
  return text + error_sentence(p) + "\n";
}

}  // namespace jetrain
