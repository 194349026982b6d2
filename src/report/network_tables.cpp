#include <fmt/format.h>

#include <algorithm>

#include "pictures/html.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

std::string network_table(const Model& model, const std::string& caption) {
  HtmlTable table(caption, {"layer", "output", "parameters"});
  const auto row = [&](const std::string& name, const std::string& shape, std::int64_t parameters) {
    table.row(name, {shape, fmt::format("{}", parameters)});
  };
  row("input", model.input().shape.text(), 0);
  if (model.input().features > 0) row("features", fmt::format("({})", model.input().features), 0);
  for (const Node& node : model.nodes()) {
    row(node.name, node.layer->output().text(), node.parameter_count());
  }
  const std::string of_how_many =
      model.input().shape.has_rows() ? fmt::format(" of {} constituents", kTypicalConstituents) : "";
  table.footer("all", {fmt::format("{} multiply-adds a jet{}", model.multiply_adds_forward(), of_how_many),
                       fmt::format("{}", model.parameter_count())});
  return table.html();
}

}  // namespace

std::string network_tables(const ReportedRuns& runs) {
  // Each a table without caption, and the names of its runs.
  std::vector<std::pair<std::string, std::string>> networks;
  std::vector<const Model*> models;
  for (const ReportedRun& run : runs) {
    if (!run.scores.model) continue;
    const std::string body = network_table(run.scores.model->model, "");
    const auto same =
        std::find_if(networks.begin(), networks.end(), [&](const auto& n) { return n.first == body; });
    if (same != networks.end()) {
      same->second += ", " + html_escaped(run.record.name);
      continue;
    }
    networks.emplace_back(body, html_escaped(run.record.name));
    models.push_back(&run.scores.model->model);
  }
  std::string html;
  for (std::size_t i = 0; i < networks.size(); ++i)
    html += network_table(*models[i], "The network of " + networks[i].second);
  return html;
}

}  // namespace jetrain
