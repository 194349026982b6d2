#include "app/study_ensemble.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/score_files.hpp"
#include "config/class_names.hpp"
#include "core/output_file.hpp"
#include "dataset/selected_rows.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "pictures/html.hpp"
#include "samples/sample_layout.hpp"
#include "study/trial_state.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// Members that can be put together: of one network, validated on the same jets.
bool is_ensemble(const Config& config) {
  const bool same_jets = !config.draws_rows() || config.data.split.seed >= 0;
  return std::holds_alternative<SingleFamily>(config.study.family.kind) && config.study.repeats > 1 &&
         config.study.folds == 0 && same_jets && labels_of(config.data) != Labels::none;
}

/// The directories of those that are done; none where one is still to come. On one rank.
std::string done_members(const StudyOptions& options, const std::vector<Trial>& trials) {
  std::string done;
  for (const Trial& trial : trials) {
    if (!has_ended(options.output, trial)) return "";
    if (is_done(options.output, trial)) done += trial.directory + "\n";
  }
  return done;
}

ScoreSet score_set(const std::string& name, const ScoredSlice& slice, const DataConfig& data) {
  ScoreSet set;
  set.name = name;
  for (const ScoredRow& row : slice.rows) {
    set.scores.push_back(static_cast<double>(row.score));
    set.labels.push_back(row.label);
    set.rows.push_back(row.row);
  }
  set.weights.assign(slice.weights.begin(), slice.weights.end());
  set.signal = slice.signal;
  if (slice.classes <= 2) return set;
  set.outputs.assign(slice.outputs.begin(), slice.outputs.end());
  set.classes = class_names(data, slice.classes);
  return set;
}

/// Of the members that are done, by their directories, a line each; on rank 0. Collective.
std::vector<ScoreSet> scored_members(const StudyOptions& options, const std::string& done,
                                     const Communicator& comm) {
  std::vector<ScoreSet> models;
  for (std::size_t begin = 0; begin < done.size(); begin = done.find('\n', begin) + 1) {
    const std::string member = done.substr(begin, done.find('\n', begin) - begin);
    const StoredModel stored = load_model((fs::path(options.output) / member / "best.h5").string(), comm);
    const ScoredSlice slice =
        score_files(stored, files_of(stored.config.data, Set::validation), Set::validation, comm);
    if (comm.is_root()) models.push_back(score_set(member, slice, stored.config.data));
  }
  return models;
}

}  // namespace

std::optional<MeasuredEnsemble> measure_ensemble(const StudyOptions& options, const Config& config,
                                                 const std::vector<Trial>& trials, const Communicator& comm,
                                                 Log& log) {
  if (!is_ensemble(config)) return std::nullopt;
  std::optional<MeasuredEnsemble> measured;
  try {
    std::string done;
    comm.agree([&] {
      if (comm.is_root()) done = done_members(options, trials);
    });
    const std::vector<ScoreSet> models = scored_members(options, comm.broadcast(done), comm);
    comm.agree([&] {
      if (models.size() < 2) return;
      Ensemble scores = average_scores(models);
      TaggerTable table = compare_taggers(models, &scores, FigureOptions());
      std::string jets = fmt::format(
          "On the {} validation jets; errors are over {} bootstrap replicas, of the mean over the models",
          scores.mean.scores.size(), FigureOptions().replicas);
      log.lines(fmt::format("\n{}\n{}", jets, table.text));
      measured = MeasuredEnsemble{std::move(scores), std::move(table), std::move(jets)};
    });
  } catch (const CollectiveError& error) {  // of files that were moved, say: the trainings are there
    log.warning(fmt::format("no ensemble: {}", error.what()));
    return std::nullopt;
  }
  return measured;
}

void write_ensemble_files(const std::string& folder, const MeasuredEnsemble& ensemble) {
  write_ensemble((fs::path(folder) / "ensemble.h5").string(), ensemble.scores);
  write_text((fs::path(folder) / "ensemble.json").string(), json_text(ensemble.table.json));
}

PageSection section_of(const MeasuredEnsemble& ensemble) {
  const TaggerTable& table = ensemble.table;
  PageSection section{"Ensemble", "", {}};
  if (table.lines.size() < 2) return section;
  HtmlTable html(ensemble.jets, table.lines.front());
  for (std::size_t i = 1; i < table.lines.size(); ++i) {
    std::vector<std::string> cells;
    for (const std::string& cell : table.lines[i]) cells.push_back(html_escaped(cell));
    const std::string name = cells.front();
    cells.erase(cells.begin());
    html.row(name, cells);
  }
  section.html = html.html();
  return section;
}

}  // namespace jetrain
