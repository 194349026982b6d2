#include "app/evaluate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "app/class_tables.hpp"
#include "app/jet_bins.hpp"
#include "app/layout_assignments.hpp"
#include "app/reading_notes.hpp"
#include "app/score_files.hpp"
#include "app/test_set_record.hpp"
#include "comm/threads.hpp"
#include "config/class_names.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/record_csv.hpp"
#include "core/record_json.hpp"
#include "core/stopwatch.hpp"
#include "dataset/data_files.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "pictures/gnuplot.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

std::string metrics_line(const Metrics& m) {
  std::string line = fmt::format("jets {}  loss {:.4f}", m.jets, m.loss);
  if (!std::isnan(m.accuracy)) line += fmt::format("  accuracy {:.4f}", m.accuracy);
  if (!std::isnan(m.auc)) {
    line += fmt::format("  AUC {:.4f}  1/eps_B at eps_S 0.3: {:.1f}, at 0.5: {:.1f}", m.auc, m.rejection_30,
                        m.rejection_50);
  }
  return line;
}

Json metrics_json(const Metrics& m, std::int64_t skipped, const std::vector<ClassFigures>& classes) {
  Json json = {{"jets", m.jets}, {"skipped_rows", skipped}};
  json.update(json_of(m));
  for (const ClassFigures& figures : classes) json["classes"].push_back(json_of(figures));
  return json;
}

std::string roc_lines(const std::vector<RocPoint>& curve, const std::string& before) {
  std::string text;
  for (const RocPoint& p : curve)
    text += fmt::format("{}{},{},{}\n", before, p.threshold, p.signal_efficiency, p.background_efficiency);
  return text;
}

/// Of more than two classes, each against the rest, and the first column says which.
std::string roc_csv(const ScoredJets& scored, const std::vector<std::string>& names) {
  const std::string columns = "threshold,signal_efficiency,background_efficiency\n";
  if (scored.classes <= 2)
    return columns + roc_lines(roc_curve(scored.scores, scored.labels, scored.weights), "");
  std::string text = "class," + columns;
  for (std::size_t k = 0; k < names.size(); ++k)
    text += roc_lines(curve_against_rest(scored, static_cast<std::int64_t>(k)), csv_quoted(names[k]) + ",");
  return text;
}

PictureFormat picture_format(const std::string& path) {
  const std::string given = std::filesystem::path(path).extension().string();
  for (const PictureFormat format : {PictureFormat::svg, PictureFormat::png, PictureFormat::pdf}) {
    if (given == fmt::format(".{}", ending(format))) return format;
  }
  throw UsageError(fmt::format("--picture {}: must end in .svg, .png or .pdf", path));
}

void require_drawable(const EvaluateOptions& options) {
  if (options.bins.empty()) throw UsageError("--picture: is of the bins: give --bins, too");
  picture_format(options.picture);
  if (!has_gnuplot()) throw Error(fmt::format("--picture draws with {}", kMissingGnuplot));
}

}  // namespace

void evaluate(const EvaluateOptions& given, const Communicator& comm) {
  EvaluateOptions options = given;
  options.files = data_files(given.files, "evaluate", comm);
  Set set = Set::none;
  std::optional<JetBins> bins;
  comm.agree([&] {
    if (!options.split.empty()) set = parse_set(options.split);
    if (!options.bins.empty()) bins = parse_bins(options.bins);
    if (!comm.is_root()) return;
    refuse_twice(options.files, "evaluate");
    if (!options.picture.empty()) require_drawable(options);
    for (const std::string& output : {options.json, options.roc, options.picture}) {
      if (!output.empty()) require_writable(output, options.overwrite);
    }
  });
  set_threads(options.threads, comm);
  StoredModel stored = load_model(options.model, comm);
  comm.agree([&] { stored.config = with_layout(stored.config, options.assignments); });
  comm.agree([&] {
    if (comm.is_root() && set != Set::none)
      require_known_set(options.model, stored.config, options.files, set);
  });
  const Stopwatch watch;
  const ScoredSlice slice = score_files(stored, options.files, set, comm);
  const std::vector<float> values =
      bins ? read_quantity(stored, options.files, set, *bins, slice, comm) : std::vector<float>();
  comm.agree([&] {
    if (!comm.is_root()) return;
    const ScoredJets scored = without_rows(slice);
    const std::vector<std::string> names = class_names(stored.config.data, scored.classes);
    const bool several = scored.labelled && scored.classes > 2;
    const Metrics m = compute_metrics(scored);
    const std::vector<ClassFigures> classes =
        several ? class_figures(scored, names) : std::vector<ClassFigures>();
    fmt::print("{}  ({:.1f} s)\n", metrics_line(m), watch.seconds());
    fmt::print("{}", class_tables(classes));
    std::optional<BinnedFigures> binned;
    if (bins) {
      if (!scored.labelled) throw UsageError("--bins: a regression has neither accuracy nor ROC curve");
      binned = measure_bins(scored, values, bins->borders, kBinsSignalEfficiency, {});
      fmt::print("{}", bins_table(*bins, *binned, several));
    }
    if (is_test_set(stored.config, options.files, set)) {
      const std::string note = record_test_set_use(options.model, options.files, m.accuracy, m.auc);
      if (!note.empty()) print_line("{}", note);
    }
    if (const std::string note = training_note(stored.config, options.files, set); !note.empty())
      print_line("{}", note);
    print_notes(slice.skipped, slice.notes);
    if (std::isnan(m.auc) && labels_of(stored.config.data) == Labels::jets)
      fmt::print("note: all jets are of one class, so there is no ROC curve\n");
    Json json = metrics_json(m, slice.skipped, classes);
    if (binned) json["bins"] = bins_json(*bins, *binned);
    if (!options.json.empty()) write_text(options.json, json_text(json));
    if (!options.picture.empty()) {
      const std::string& signal = names[static_cast<std::size_t>(scored.signal)];
      write_text(options.picture,
                 draw({{bins_figure(*bins, *binned, signal), picture_format(options.picture)}})[0]);
    }
    if (!options.roc.empty()) write_text(options.roc, roc_csv(scored, names));
  });
}

}  // namespace jetrain
