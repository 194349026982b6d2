#include "train/teacher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "jetrain/error.hpp"
#include "statistics/metrics.hpp"
#include "train/teacher_scores.hpp"

namespace jetrain {
namespace {

/// The place of row `row` among the teacher's.
std::int64_t place_of(std::int64_t row, const TeacherScores& scores) {
  const auto found = std::lower_bound(scores.rows.begin(), scores.rows.end(), row);
  if (found != scores.rows.end() && *found == row) return found - scores.rows.begin();
  throw DataError(fmt::format(
      "train.teacher: {} says nothing of row {} of the files that train (it has {} jets): score all of them "
      "(jetrain predict TEACHER FILES... OUT.h5, with the same files in the same order)",
      scores.name, row, scores.jets()));
}

/// Of each of this rank's training samples.
std::vector<std::int64_t> places_of(const LoadedSamples& loaded, const TeacherScores& scores,
                                    const Communicator& comm) {
  const SampleSet& train = loaded[Set::train];
  const std::int64_t first = train.begins[static_cast<std::size_t>(comm.rank())];
  const bool by_row = !scores.rows.empty() && !loaded.from_cache;
  if (!by_row && scores.jets() != train.total())
    throw DataError(fmt::format(
        "train.teacher: {} has {} jets, and {} train: {}", scores.name, scores.jets(), train.total(),
        loaded.from_cache ? "with data.cache, which does not keep the rows, scores must be those of the "
                            "training jets alone (jetrain predict --split train), or leave out data.cache"
                          : "without a dataset `row` (as jetrain predict writes it) scores must be those of "
                            "the training jets alone, in their order"));
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < train.samples.size(); ++i)
    places.push_back(by_row ? place_of(loaded.training_rows[static_cast<std::size_t>(i)], scores)
                            : first + i);
  return places;
}

void require_same_labels(const SampleSet& train, const std::vector<std::int64_t>& places,
                         const TeacherScores& scores) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::size_t>(places[i]);
    const std::uint8_t own = train.samples[static_cast<std::int64_t>(i)].label;
    if (scores.labels[place] == own) continue;
    throw DataError(fmt::format(
        "train.teacher: {} says of {} that its label is {}, but the files that train say {}: it is of other "
        "files, or of these in another order",
        scores.name,
        scores.rows.empty() ? fmt::format("its jet {} (from 0)", place)
                            : fmt::format("row {}", scores.rows[place]),
        scores.labels[place], own));
  }
}

}  // namespace

void teach(const Config& config, LoadedSamples& loaded, const Communicator& comm, const Say& say) {
  const TeacherConfig& teacher = config.train.teacher;
  if (!teacher.used()) return;
  const TeacherScores scores =
      teacher.model.empty() ? read_teacher_scores(config, comm) : score_by_teachers(config, comm);
  SampleSet& train = loaded[Set::train];
  comm.agree([&] {
    const std::vector<std::int64_t> places = places_of(loaded, scores, comm);
    require_same_labels(train, places, scores);
    std::vector<float> probabilities;
    for (const std::int64_t place : places) {
      const auto first = scores.probabilities.begin() + place * scores.width;
      probabilities.insert(probabilities.end(), first, first + scores.width);
    }
    train.samples.set_teacher(probabilities, scores.width);
  });
  loaded.training_rows = {};
  loaded.teacher.files = teacher.scores.empty() ? teacher.model : std::vector<std::string>{teacher.scores};
  loaded.teacher.weights_hashes = scores.weights_hashes;
  for (const std::string& doubt : scores.doubts) say(LogLevel::warning, doubt);
}

void measure_teacher(const SampleSet& train, TeacherRecord& record, const Communicator& comm) {
  std::vector<float> mine;
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < train.samples.size(); ++i) {
    const SampleView sample = train.samples[i];
    mine.insert(mine.end(), sample.teacher.begin(), sample.teacher.end());
    labels.push_back(sample.label);
  }
  ScoredJets scored;
  scored.outputs = comm.gather(std::span<const float>(mine));
  scored.labels = comm.gather(std::span<const std::uint8_t>(labels));
  if (!comm.is_root() || scored.labels.empty()) return;
  const std::size_t width = scored.outputs.size() / scored.labels.size();
  for (std::size_t i = 0; i < scored.labels.size(); ++i) {
    const auto each = std::span(scored.outputs).subspan(i * width, width);
    scored.scores.push_back(each.back());
    scored.predicted.push_back(static_cast<std::uint8_t>(
        width == 1 ? (each[0] > 0.5F ? 1 : 0) : std::max_element(each.begin(), each.end()) - each.begin()));
  }
  if (width > 1) {
    scored.classes = static_cast<std::int64_t>(width);
    scored.signal = scored.classes - 1;
  } else {
    scored.outputs = {};
  }
  const Metrics metrics = compute_metrics(scored);
  record.jets = metrics.jets;
  record.accuracy = metrics.accuracy;
  record.auc = metrics.auc;
  record.rejection_30 = metrics.rejection_30;
  record.rejection_50 = metrics.rejection_50;
}

void say_of_teacher(const TeacherRecord& record, const TeacherConfig& config, const Say& say) {
  const std::string name = record.files.size() == 1
                               ? record.files.front()
                               : fmt::format("the mean of {} models", record.files.size());
  say(LogLevel::info,
      fmt::format("teacher: {}, accuracy {:.4f}, AUC {:.4f} on the {} jets that train; "
                  "weight {}, temperature {}",
                  name, record.accuracy, record.auc, record.jets, config.weight, config.temperature));
  if (record.auc < 0.5)
    say(LogLevel::warning,
        fmt::format("the AUC of train.teacher's scores is below 0.5 ({:.4f}): are they those of class 0?",
                    record.auc));
}

}  // namespace jetrain
