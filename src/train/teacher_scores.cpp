#include "train/teacher_scores.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <utility>

#include "dataset/selected_rows.hpp"
#include "inference/model_file.hpp"
#include "inference/scoring.hpp"
#include "jetrain/error.hpp"
#include "samples/sample_layout.hpp"
#include "scores/score_file.hpp"

namespace jetrain {
namespace {

/// Names that are no more than the classes' numbers, as files without names are read.
bool are_numbers(const std::vector<std::string>& names) {
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] != std::to_string(k) && names[k] != fmt::format("class {}", k)) return false;
  }
  return true;
}

void require_same_classes(const std::string& teacher, const std::vector<std::string>& of_teacher,
                          const std::vector<std::string>& own) {
  if (of_teacher.empty() || own.empty() || of_teacher == own || are_numbers(of_teacher)) return;
  throw UsageError(
      fmt::format("train.teacher: the classes of {} are {}, but those of data.classes {}: both "
                  "must be the same, in the same order",
                  teacher, fmt::join(of_teacher, ", "), fmt::join(own, ", ")));
}

/// As it stands in the file.
TeacherScores scores_of(const ScoreSet& set, const std::string& path, const DataConfig& data) {
  require_same_classes(path, set.classes, data.classes);
  if (leaves_probabilities(set))
    throw DataError(
        fmt::format("{}: its scores are no probabilities, since some are outside of 0 to 1: of "
                    "logits z, write 1 / (1 + exp(-z)), or the softmax of several",
                    path));
  TeacherScores scores;
  scores.name = path;
  const std::vector<double>& values = set.outputs.empty() ? set.scores : set.outputs;
  scores.width = set.outputs.empty() ? 1 : std::ssize(set.outputs) / std::ssize(set.scores);
  scores.probabilities.assign(values.begin(), values.end());
  for (std::size_t i = 0; scores.width > 1 && i < values.size();
       i += static_cast<std::size_t>(scores.width)) {
    const double sum = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(i),
                                       values.begin() + static_cast<std::ptrdiff_t>(i) + scores.width, 0.0);
    if (!(std::abs(sum - 1) < 0.01))
      throw DataError(
          fmt::format("{}: the probabilities of jet {} (from 0) sum to {:.4g}, not to 1: write the "
                      "softmax of several classes",
                      path, i / static_cast<std::size_t>(scores.width), sum));
  }
  scores.labels = set.labels;
  scores.rows = set.rows;
  const auto fall = std::adjacent_find(scores.rows.begin(), scores.rows.end(), std::greater_equal<>());
  if (fall != scores.rows.end())
    throw DataError(
        fmt::format("{}: its rows do not ascend ({} stands before {}): write them as `jetrain "
                    "predict` does, each once, in the files' order",
                    path, *fall, *(fall + 1)));
  return scores;
}

/// Rank 0's, on all ranks.
void broadcast(TeacherScores& scores, const Communicator& comm) {
  scores.name = comm.broadcast(scores.name);
  comm.broadcast(std::span(&scores.width, 1));
  comm.broadcast(scores.probabilities);
  comm.broadcast(scores.labels);
  comm.broadcast(scores.rows);
}

/// The jets that train, as the teacher's network sees jets.
Config as_teacher_sees(const Config& config, const Config& teacher, const std::string& path) {
  if (reads_jets(config.data) != reads_jets(teacher.data))
    throw UsageError(fmt::format("train.teacher.model: {} is of {}, and this training of {}", path,
                                 reads_jets(teacher.data) ? "jets" : "plain arrays",
                                 reads_jets(config.data) ? "jets" : "plain arrays"));
  if (teacher.data.arrays.shape != config.data.arrays.shape)
    throw UsageError(
        fmt::format("train.teacher.model: {} takes arrays of shape [{}], and the files have [{}]", path,
                    fmt::join(teacher.data.arrays.shape, ", "), fmt::join(config.data.arrays.shape, ", ")));
  require_same_classes(path, teacher.data.classes, config.data.classes);
  Config seen = teacher;
  seen.seed = config.seed;
  seen.data = config.data;
  seen.data.high_level = teacher.data.high_level;
  seen.data.jets.jet_columns = teacher.data.jets.jet_columns;
  seen.data.jets.constituent_columns = teacher.data.jets.constituent_columns;
  return seen;
}

bool share_a_file(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::any_of(some.begin(), some.end(), [&](const std::string& one) {
    return std::any_of(others.begin(), others.end(), [&](const std::string& other) {
      std::error_code absent;
      return std::filesystem::equivalent(one, other, absent);
    });
  });
}

/// All that decides which rows of its files validate.
std::string split_of(const Config& config) {
  Config relevant;
  relevant.data.split = config.data.split;
  relevant.data.split.seed = -1;
  relevant.data.limit = config.data.limit;
  relevant.data.limit.training_jets = 0;
  relevant.seed = config.draws_rows() ? config.split_seed() : relevant.seed;
  return to_yaml(relevant);
}

bool are_same_files(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                    [](const std::string& one, const std::string& other) {
                      std::error_code absent;
                      return std::filesystem::equivalent(one, other, absent);
                    });
}

/// Whether a teacher may have trained on jets that validate here, so that what it taught is known of them: it
/// has trained on one of the files, unless all are the same, in the same order, and split alike.
bool knows_validation(const Config& teacher, const Config& config) {
  if (!share_a_file(files_of(teacher.data, Set::train), files_of(config.data, Set::validation))) return false;
  return split_of(teacher) != split_of(config) ||
         !are_same_files(files_of(teacher.data, Set::train), files_of(config.data, Set::train)) ||
         !are_same_files(files_of(teacher.data, Set::validation), files_of(config.data, Set::validation));
}

/// One teacher's, on rank 0; adds to what is known of all. Collective.
ScoredSlice scored_by(const std::string& path, const Config& config, TeacherScores& all_of_them,
                      const Communicator& comm) {
  const StoredModel stored = load_model(path, comm);
  all_of_them.weights_hashes.push_back(weights_hash(stored.model.parameters()));
  if (comm.is_root() && knows_validation(stored.config, config))
    all_of_them.doubts.push_back(fmt::format(
        "train.teacher.model: {} was trained on files that validate here, and other files, another "
        "data.split, data.limit or seed decide which of their jets do: it may know jets that "
        "validate, and their figures be too good",
        path));
  Config seen;
  comm.agree([&] {
    seen = as_teacher_sees(config, stored.config, path);
    if (stored.model.input().targets > 0)
      throw UsageError(fmt::format("train.teacher.model: {} is a regression, without probabilities", path));
    stored.model.prepare();
  });
  ScoredSlice all;
  for (const FileGroup& group : file_groups(seen.data, {Set::train})) {
    const SelectedRows rows(group, {&seen}, false, comm);
    require_labels(rows.source(), "training");
    all = gather_scores(score_rows(stored.model, rows, rows.range(), comm), comm);
  }
  return all;
}

/// What one of several teachers says, beside what is known of the others.
class MeanOfTeachers {
 public:
  void add(const ScoredSlice& slice, const std::string& path) {
    const std::int64_t width = slice.classes > 2 ? slice.classes : 1;
    std::vector<std::int64_t> rows;
    std::vector<std::uint8_t> labels;
    for (const ScoredRow& row : slice.rows) {
      rows.push_back(row.row);
      labels.push_back(row.label);
    }
    if (number_ == 0) {
      sum_.width = width;
      sum_.rows = std::move(rows);
      sum_.labels = std::move(labels);
      sums_.assign(sum_.rows.size() * static_cast<std::size_t>(width), 0.0);
      first_ = path;
    } else if (width != sum_.width || rows != sum_.rows) {
      throw DataError(fmt::format(
          "train.teacher.model: {} and {} do not score the same jets in as many classes ({} jets, "
          "{} probabilities each, and {} of {}): their configs leave out other rows",
          first_, path, sum_.rows.size(), sum_.width, rows.size(), width));
    }
    for (std::size_t i = 0; i < sums_.size(); ++i)
      sums_[i] += static_cast<double>(width > 1 ? slice.outputs[i] : slice.rows[i].score);
    ++number_;
  }
  TeacherScores mean() && {
    for (const double sum : sums_) sum_.probabilities.push_back(static_cast<float>(sum / number_));
    return std::move(sum_);
  }

 private:
  TeacherScores sum_;
  std::vector<double> sums_;
  std::string first_;
  int number_ = 0;
};

}  // namespace

TeacherScores read_teacher_scores(const Config& config, const Communicator& comm) {
  TeacherScores scores;
  comm.agree([&] {
    if (!comm.is_root()) return;
    const std::string& path = config.train.teacher.scores;
    ScoreNames names;
    names.by_options = false;
    scores = scores_of(read_score_files({path}, names).front(), path, config.data);
  });
  broadcast(scores, comm);
  return scores;
}

TeacherScores score_by_teachers(const Config& config, const Communicator& comm) {
  MeanOfTeachers mean;
  TeacherScores known;
  for (const std::string& path : config.train.teacher.model) {
    const ScoredSlice slice = scored_by(path, config, known, comm);
    comm.agree([&] {
      if (comm.is_root()) mean.add(slice, path);
    });
  }
  TeacherScores scores = std::move(mean).mean();
  scores.name = config.train.teacher.model.size() == 1
                    ? config.train.teacher.model.front()
                    : fmt::format("the mean of {} models", config.train.teacher.model.size());
  broadcast(scores, comm);
  scores.weights_hashes = std::move(known.weights_hashes);
  scores.doubts = std::move(known.doubts);
  return scores;
}

}  // namespace jetrain
