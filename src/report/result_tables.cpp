#include "report/run_table.hpp"
#include "report/tables.hpp"

namespace jetrain {

std::string results_table(const ReportedRuns& runs) {
  RunTable table(runs, "The best epoch on the whole validation set, as result.json has it", ended);
  const auto best = [&](const char* name, int digits, const auto& value) {
    table.row(name, [&](const ReportedRun& r) { return fixed(value(r.record.result.best), digits); });
  };
  table.row("best epoch", [](const ReportedRun& r) {
    const RunResult& result = r.record.result;
    const std::string by =
        result.best_by.empty() || result.best_by == "last_epoch" ? "" : ", by " + result.best_by;
    return fmt::format("{} of {}{}", result.best.epoch, result.epochs, by);
  });
  table.row("ended", [](const ReportedRun& r) {
    return r.record.result.ended.empty() ? std::string(kNone) : r.record.result.ended;
  });
  best("val_loss", 4, [](const EpochRecord& e) { return e.validation.loss; });
  best("val_accuracy", 4, [](const EpochRecord& e) { return e.validation.accuracy; });
  best("val_auc", 4, [](const EpochRecord& e) { return e.validation.auc; });
  best(kRejection30, 0, [](const EpochRecord& e) { return e.validation.rejection_30; });
  best(kRejection50, 0, [](const EpochRecord& e) { return e.validation.rejection_50; });
  table.row("parameters", [](const ReportedRun& r) { return fmt::format("{}", r.record.result.parameters); });
  table.row("jets, training and validation", [](const ReportedRun& r) {
    return fmt::format("{} + {}", r.record.result.training_jets, r.record.result.validation_jets);
  });
  table.row("weights", [](const ReportedRun& r) { return r.record.result.weights_hash; });
  std::string html = table.html();
  for (const ReportedRun& run : runs) {
    if (!ended(run)) html += note_html(run.record.name + " has not ended: it has no result.json.");
  }
  return html;
}

std::string missing_notes(const ReportedRuns& runs) {
  std::string html;
  for (const ReportedRun& run : runs) {
    if (!run.scores.missing.empty())
      html += note_html(fmt::format("Without scores and images: {}.", run.scores.missing));
    else if (run.scores.tagger.roc.empty() && run.scores.tagger.classes.empty())
      html +=
          note_html(fmt::format("Without ROC curve: {} does not tell two classes apart.", run.record.name));
  }
  return html;
}

std::string resources_table(const ReportedRuns& runs) {
  RunTable table(runs, "What it took", ended);
  table.row("ranks x threads", [](const ReportedRun& r) {
    return fmt::format("{} x {}", r.record.result.ranks, r.record.result.threads);
  });
  table.row("jets/s, the median epoch",
            [](const ReportedRun& r) { return fixed(r.record.result.jets_per_second, 0); });
  table.row("memory of the largest rank (MB)", [](const ReportedRun& r) {
    return fixed(static_cast<double>(r.record.result.peak_rss_bytes) / 1e6, 0);
  });
  table.row("seconds in all", [](const ReportedRun& r) {
    const auto found = r.record.result.seconds.find("total");
    return found == r.record.result.seconds.end() ? std::string(kNone) : fixed(found->second, 1);
  });
  return table.html();
}

}  // namespace jetrain
