#include "app/study_tables.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/page_file.hpp"
#include "app/study_rounds.hpp"
#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "pictures/gnuplot.hpp"
#include "study/study_page.hpp"
#include "study/trial_state.hpp"

namespace jetrain {

namespace fs = std::filesystem;

namespace {

/// As far as the tables go: a line for each member that was broken off is added to `broken`.
StudyResults results_of(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                        std::string& broken) {
  StudyResults results{config, trials, {}, {}, {}};
  for (const Trial& trial : trials) {
    results.outcomes.push_back(read_outcome(options.output, trial));
    if (results.outcomes.back().status != TrialStatus::broken_off) continue;
    const auto why = try_read_whole(failure_file(options.output, trial, TrialStatus::broken_off));
    broken += fmt::format("{}: {}", trial.directory, why.value_or("\n"));
  }
  results.ranking =
      rank(trials, results.outcomes, config.study.monitor, last_rungs(config, trials, options.output));
  return results;
}

}  // namespace

std::string write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                         StudyLocks& locks, Log& log) {
  locks.take_tables();
  std::string broken;
  if (const Progress at = progress_of(options, config, trials); at.ended < at.members) {
    log.info(fmt::format("{}{} of the {} trainings are there; the process that ends last ranks them{}",
                         words_of(at.round, at.number, rounds_of(config)), at.ended, at.members,
                         rounds_of(config) > 1
                             ? ". The next round begins with all of them: when they are there, give the "
                               "same command again"
                             : ""));
  } else {
    const StudyResults results = results_of(options, config, trials, broken);
    const fs::path folder(options.output);
    write_text((folder / "study.csv").string(),
               table_csv(trials, results.outcomes, parameter_keys(config.study)));
    write_text((folder / "ranking.csv").string(), ranking_csv(results.ranking, config.study.monitor));
    log.lines(fmt::format("\n{}", ranking_text(results.ranking, config.study.monitor)));
    log.info(fmt::format("{0}/study.csv has all trainings, {0}/ranking.csv this table", options.output));
  }
  locks.give_back_tables();
  return broken;
}

void write_study_page(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                      const std::optional<MeasuredEnsemble>& ensemble, StudyLocks& locks, Log& log) {
  locks.take_tables();
  if (const Progress at = progress_of(options, config, trials); at.ended == at.members) {
    std::string ignored;
    StudyResults results = results_of(options, config, trials, ignored);
    for (const Trial& trial : trials) results.histories.push_back(read_history(options.output, trial));
    if (const std::string sentence = extrapolation_sentence(results); !sentence.empty()) log.info(sentence);
    std::vector<PageSection> sections = page_sections(results);
    if (ensemble) {
      write_ensemble_files(options.output, *ensemble);
      sections.insert(sections.begin() + 1, section_of(*ensemble));
    }
    const std::string path = (fs::path(options.output) / "study.html").string();
    const bool drawn = write_page(path, "study " + options.output, std::move(sections));
    log.info(fmt::format("{} has {}", path,
                         drawn ? "pictures of them"
                               : fmt::format("all but pictures, which are drawn by {}", kMissingGnuplot)));
  }
  locks.give_back_tables();
}

}  // namespace jetrain
