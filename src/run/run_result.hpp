#pragma once

/// \file
/// What came of a training: result.json.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/record.hpp"
#include "dataset/teacher_record.hpp"
#include "run/start_record.hpp"
#include "statistics/class_figures.hpp"
#include "train/epoch_record.hpp"
#include "train/reweighting.hpp"
#include "train/stragglers.hpp"

namespace jetrain {

/// The whole of result.json.
struct RunResult {
  std::string weights_hash;
  EpochRecord best;
  std::vector<ClassFigures> classes;  ///< of the best epoch, where there are more than two
  std::int64_t epochs = 0;
  bool paused = false;  ///< it is of a search, which has not gone on with it
  std::int64_t parameters = 0;
  std::int64_t training_jets = 0;
  std::int64_t validation_jets = 0;
  std::int64_t skipped_rows = 0;
  int ranks = 1;
  int threads = 1;
  double jets_per_second = 0;       ///< training, the median epoch
  std::int64_t peak_rss_bytes = 0;  ///< of the largest rank
  std::map<std::string, double> seconds;
  std::vector<Straggler> stragglers;  ///< ranks that were much slower than the others
  Reweighting reweighting;            ///< empty: none
  TeacherRecord teacher;              ///< empty: none
  StartRecord start;                  ///< empty: all weights began anew

  template <class Self, class Visitor>
  static void fields(Self& r, Visitor& visit) {
    visit("weights_hash", r.weights_hash);
    visit("best_epoch", r.best.epoch);
    visit("epochs", r.epochs);
    visit("paused", r.paused, {.omit_default = true});
    visit("best", r.best);
    visit("classes", r.classes, {.omit_default = true});
    visit("parameters", r.parameters);
    visit("training_jets", r.training_jets);
    visit("validation_jets", r.validation_jets);
    visit("skipped_rows", r.skipped_rows);
    visit("ranks", r.ranks);
    visit("threads", r.threads);
    visit("jets_per_second", r.jets_per_second);
    visit("peak_rss_bytes", r.peak_rss_bytes);
    visit("seconds", r.seconds);
    visit("stragglers", r.stragglers, {.may_lack = true});
    visit("reweighting", r.reweighting, {.omit_default = true});
    visit("teacher", r.teacher, {.omit_default = true});
    visit("start", r.start, {.omit_default = true});
  }
};

/// The file's text.
std::string result_text(const RunResult& result);
/// DataError where `text` (of the file `path`) is not as a training writes it.
RunResult parse_result(const std::string& text, const std::string& path);

}  // namespace jetrain
