#include "app/evaluate.hpp"

#include <fmt/format.h>

#include <cmath>

#include "app/reading_notes.hpp"
#include "app/score_files.hpp"
#include "app/test_set_record.hpp"
#include "comm/threads.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/record_json.hpp"
#include "core/stopwatch.hpp"
#include "dataset/data_files.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
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

std::string metrics_json(const Metrics& m, std::int64_t skipped) {
  Json json = {{"jets", m.jets}, {"skipped_rows", skipped}};
  json.update(json_of(m));
  return json_text(json);
}

std::string roc_csv(const ScoredJets& scored) {
  std::string text = "threshold,signal_efficiency,background_efficiency\n";
  for (const RocPoint& p : roc_curve(scored.scores, scored.labels)) {
    text += fmt::format("{},{},{}\n", p.threshold, p.signal_efficiency, p.background_efficiency);
  }
  return text;
}

}  // namespace

void evaluate(const EvaluateOptions& given, const Communicator& comm) {
  EvaluateOptions options = given;
  options.files = data_files(given.files, "evaluate", comm);
  Set set = Set::none;
  comm.agree([&] {
    if (!options.split.empty()) set = parse_set(options.split);
    if (!comm.is_root()) return;
    refuse_twice(options.files, "evaluate");
    for (const std::string& output : {options.json, options.roc}) {
      if (!output.empty()) require_writable(output, options.overwrite);
    }
  });
  set_threads(options.threads, comm);
  const StoredModel stored = load_model(options.model, comm);
  comm.agree([&] {
    if (comm.is_root() && set != Set::none)
      require_known_set(options.model, stored.config, options.files, set);
  });
  const Stopwatch watch;
  const ScoredSlice slice = score_files(stored, options.files, set, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    const ScoredJets scored = without_rows(slice);
    const Metrics m = compute_metrics(scored);
    fmt::print("{}  ({:.1f} s)\n", metrics_line(m), watch.seconds());
    if (is_test_set(stored.config, options.files, set)) {
      const std::string note = record_test_set_use(options.model, options.files, m.accuracy, m.auc);
      if (!note.empty()) print_line("{}", note);
    }
    if (const std::string note = training_note(stored.config, options.files, set); !note.empty())
      print_line("{}", note);
    print_notes(slice.skipped, slice.notes);
    if (std::isnan(m.auc) && labels_of(stored.config.data) == Labels::jets)
      fmt::print("note: all jets are of one class, so there is no ROC curve\n");
    if (!options.json.empty()) write_text(options.json, metrics_json(m, slice.skipped));
    if (!options.roc.empty()) write_text(options.roc, roc_csv(scored));
  });
}

}  // namespace jetrain
