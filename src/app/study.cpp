#include "app/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "app/study_ensemble.hpp"
#include "app/study_folder.hpp"
#include "app/study_members.hpp"
#include "app/study_rounds.hpp"
#include "app/study_tables.hpp"
#include "comm/threads.hpp"
#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/stop_signal.hpp"
#include "dataset/array_file.hpp"
#include "dataset/data_files.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "row_kernels/product_choice.hpp"
#include "run/config_file.hpp"
#include "run/monitors.hpp"
#include "study/trial_state.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

void require_ranks(const Config& config, const Communicator& comm) {
  if (config.study.groups <= comm.size()) return;
  throw UsageError(
      fmt::format("study.groups: {} groups need as many ranks, but there {}: start more, or use fewer groups",
                  config.study.groups, comm.size() == 1 ? "is 1" : fmt::format("are {}", comm.size())));
}

/// The config's network with several seeds, all validated on the jets that the first one validates on.
void ask_for_seeds(std::int64_t seeds, Config& config) {
  StudyConfig study;
  study.groups = config.study.groups;
  config.study = study;
  config.study.repeats = seeds;
  config.study.monitor = config.early_stopping.monitor;
  if (config.draws_rows()) config.data.split.seed = static_cast<std::int64_t>(config.split_seed());
}

/// Whether a variant names no data files of its own.
bool same_files(const DataConfig& variant, const DataConfig& study) {
  return variant.files == study.files && variant.train_files == study.train_files &&
         variant.validation_files == study.validation_files && variant.test_files == study.test_files &&
         variant.cache == study.cache;
}

/// The lines of all groups, on all ranks. Collective.
std::string all_lines(const std::string& mine, const Communicator& group, const Communicator& comm) {
  const std::string said = group.is_root() ? mine : "";
  const std::vector<char> all = comm.gather(std::span<const char>(said.data(), said.size()));
  return comm.broadcast(std::string(all.begin(), all.end()));
}

std::vector<Trial> trials_of(const Work& work, const std::vector<Trial>& trials) {
  std::vector<Trial> own;
  for (const std::size_t member : work.members) own.push_back(trials[member]);
  return own;
}

std::string broken_text(const std::string& lines) {
  const auto count = std::count(lines.begin(), lines.end(), '\n');
  return fmt::format(
      "{} training{} broken off ({}{}): where the cause is mended, the same command goes on with {} alone",
      count, count == 1 ? " was" : "s were", lines.substr(0, lines.find('\n')), count == 1 ? "" : "; ...",
      count == 1 ? "it" : "them");
}

}  // namespace

void study(const StudyOptions& options, const Communicator& comm) {
  catch_stop_signals();

  // 1. The family, and the part of it that is this process's.
  Config config = load_config(options.config, options.assignments, true, comm);
  if (options.seeds > 0) ask_for_seeds(options.seeds, config);
  complete_arrays(config, comm);
  Share share;
  std::vector<Trial> trials;
  std::optional<StudyLocks> locks;  // on rank 0 of each group
  comm.agree([&] {
    if (!options.share.empty()) share = parse_share(options.share);
    trials = make_trials(config);
  });
  for (Trial& trial : trials) {
    if (!same_files(trial.config.data, config.data)) complete_files(trial.config.data, comm);
  }
  comm.agree([&] {
    for (const Trial& trial : trials) {  // what cannot be is refused before the first
      const Model model = make_model(trial.config);
      require_monitored(trial.config, model);
      require_known({"study.monitor", config.study.monitor}, model);
      if (trial.config.input == InputKind::constituents) static_cast<void>(kernels::products());
    }
    require_ranks(config, comm);
    if (comm.is_root()) enter_study(options.output, options.overwrite, config, trials, locks);
  });

  // 2. Groups of ranks take its members in turns.
  const auto groups = static_cast<int>(config.study.groups);
  const int my_group = static_cast<int>(std::int64_t{comm.rank()} * groups / comm.size());
  const Communicator group = comm.split(my_group);
  Log log(group.is_root(), options.log_level);
  if (locks && !locks->are_known()) {
    log.warning(fmt::format("the file system of {} knows no locks: see that no share is started twice",
                            options.output));
  }
  const int threads = set_threads(options.threads, comm);
  comm.agree([&] {
    if (group.is_root() && !locks) locks.emplace(options.output);
  });
  if (my_group == 0 && config.study.repeats > 1 && config.data.split.method == SplitMethod::random &&
      config.data.split.seed < 0)
    log.info(
        "note: each repeat draws a random split of its own, so that no jets can test all of them; "
        "data.split.seed keeps one");

  // 3. The trainings, round after round. A signal stops all groups; what else ends the work of one ends the
  // job.
  std::optional<MemberTrainer> trainer;
  std::string broken;
  const std::size_t rounds = rounds_of(config);
  for (std::size_t number = 0; number < rounds; ++number) {
    const Round round = common_round(options, config, trials, number, comm);
    const std::vector<TrialStatus> known = known_of(options, trials, round, comm);
    const Work work = work_of(round, words_of(round, number, rounds), share, known, my_group, groups, log);
    if (!trainer)
      trainer.emplace(options, config, trials, rounds > 1 ? trials : trials_of(work, trials), threads, group,
                      log);
    bool stopped = false;
    try {
      broken = trainer->train(work, locks);
    } catch (const CollectiveError& error) {
      stopped = error.status() == ExitStatus::requeue;
      if (!stopped && groups == 1) throw;
      // The other groups know nothing of it and may train for hours: an error of this rank alone ends them.
      if (!stopped && group.is_root()) throw Error(error.what(), error.status());
    }
    if (comm.max(std::int64_t{stopped}) != 0) {
      throw CollectiveError("stopped by a signal; the same command goes on where the study stands",
                            ExitStatus::requeue);
    }
    broken = all_lines(broken, group, comm);
    if (number + 1 < rounds && !can_go_on(options, config, trials, number, comm)) break;
  }

  // 4. What came of it: tables, the ensemble of several seeds, a page.
  std::string unwritten;
  const auto write = [&](const auto& work) {
    comm.agree([&] {
      if (!comm.is_root()) return;
      try {
        work();
      } catch (const DataError& error) {  // where members were broken off, perhaps by the same
        if (broken.empty()) throw;
        unwritten += fmt::format("; {}", error.what());
      }
    });
  };
  write([&] {
    const std::string noted = write_tables(options, config, trials, *locks, log);
    if (!noted.empty()) broken = noted;
  });
  const std::optional<MeasuredEnsemble> ensemble = measure_ensemble(options, config, trials, comm, log);
  write([&] { write_study_page(options, config, trials, ensemble, *locks, log); });
  comm.agree([&] {
    if (comm.is_root() && !broken.empty()) throw DataError(broken_text(broken) + unwritten);
  });
}

}  // namespace jetrain
