#include <fmt/format.h>

#include "core/record_json.hpp"
#include "scaling/projection_report.hpp"

namespace jetrain {
namespace {

nlohmann::ordered_json columns(const ProjectionRow& row) {
  nlohmann::ordered_json all = {{"mode", word_of(row.mode).text},
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

}  // namespace

std::string to_csv(const Projection& p) {
  std::vector<nlohmann::ordered_json> rows;
  for (const ProjectionRow& row : p.rows) rows.push_back(columns(row));
  return to_csv(rows);
}

std::string to_json(const Projection& p) {
  nlohmann::ordered_json json;
  json["network"] = to_object(p.plan.network);
  json["threads"] = p.plan.threads;
  json["parameters"] = p.rows.front().work.parameters;
  json["jet_bytes"] = p.rows.front().work.jet_bytes;
  json["model"] = to_object(p.model);
  for (const HeldOut& h : p.held_out) {
    json["held_out"].push_back({{"hosts", h.measurement.hosts},
                                {"mode", word_of(h.measurement.point.mode).text},
                                {"ranks", h.measurement.point.ranks},
                                {"threads", h.measurement.point.threads},
                                {"batch_size", h.measurement.batch_size},
                                {"measured_seconds", h.measured.all()},
                                {"predicted_seconds", h.predicted.all()},
                                {"error", h.error()}});
  }
  for (const ProjectionRow& row : p.rows) json["points"].push_back(columns(row));
  return json_text(json);
}

}  // namespace jetrain
