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

/// The teacher's figures on the jets that train, on rank 0. Collective.
TeacherRecord record_of(const SampleSet& train, const TeacherScores& scores, const TeacherConfig& config,
                        const Communicator& comm) {
  std::vector<float> probabilities;
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < train.samples.size(); ++i) {
    const SampleView sample = train.samples[i];
    probabilities.insert(probabilities.end(), sample.teacher.begin(), sample.teacher.end());
    labels.push_back(sample.label);
  }
  ScoredJets scored;
  probabilities = comm.gather(std::span<const float>(probabilities));
  scored.labels = comm.gather(std::span<const std::uint8_t>(labels));
  TeacherRecord record;
  record.files = config.scores.empty() ? config.model : std::vector<std::string>{config.scores};
  record.weights_hashes = scores.weights_hashes;
  if (!comm.is_root()) return record;
  const auto width = static_cast<std::size_t>(scores.width);
  if (width > 1) {
    scored.classes = scores.width;
    scored.signal = scores.width - 1;
    scored.outputs = probabilities;
  }
  for (std::size_t i = 0; i < scored.labels.size(); ++i) {
    const auto each = std::span(probabilities).subspan(i * width, width);
    scored.scores.push_back(each.back());
    scored.predicted.push_back(static_cast<std::uint8_t>(
        width == 1 ? (each[0] > 0.5F ? 1 : 0) : std::max_element(each.begin(), each.end()) - each.begin()));
  }
  const Metrics metrics = compute_metrics(scored);
  record.jets = metrics.jets;
  record.accuracy = metrics.accuracy;
  record.auc = metrics.auc;
  record.rejection_30 = metrics.rejection_30;
  record.rejection_50 = metrics.rejection_50;
  return record;
}

void say_of(const TeacherRecord& record, const TeacherScores& scores, const TeacherConfig& config,
            const Say& say) {
  say(LogLevel::info,
      fmt::format("teacher: {}, accuracy {:.4f}, AUC {:.4f} on the {} jets that train; "
                  "weight {}, temperature {}",
                  scores.name, record.accuracy, record.auc, record.jets, config.weight, config.temperature));
  for (const std::string& doubt : scores.doubts) say(LogLevel::warning, doubt);
  if (record.auc < 0.5)
    say(LogLevel::warning,
        fmt::format("the AUC of train.teacher's scores is below 0.5 ({:.4f}): are they those of class 0?",
                    record.auc));
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
  loaded.teacher = record_of(train, scores, teacher, comm);
  if (comm.is_root()) say_of(loaded.teacher, scores, teacher, say);
}

}  // namespace jetrain
