#include "app/train.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/describe.hpp"
#include "app/study.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "core/stopwatch.hpp"
#include "dataset/array_file.hpp"
#include "run/config_file.hpp"
#include "run/training_run.hpp"
#include "train/teacher.hpp"

namespace jetrain {

void train(const TrainOptions& options, const Communicator& comm) {
  if (options.seeds > 0) {
    StudyOptions seeds;
    seeds.config = options.config;
    seeds.assignments = options.assignments;
    seeds.output = options.output;
    seeds.seeds = options.seeds;
    seeds.overwrite = options.overwrite;
    seeds.threads = options.threads;
    seeds.log_level = options.log_level;
    return study(seeds, comm);
  }
  catch_stop_signals();
  Log log(comm.is_root(), options.log_level);

  // 1. The experiment: config, network, a free place for the results. All that can be refused is refused
  // here.
  Config config = load_config(options.config, options.assignments, true, comm);
  Watchdog watchdog(config.train.stall_seconds, comm);  // from here on: files are read
  complete_arrays(config, comm);
  TrainingRun run(config, options.output, options.overwrite, options.resume, comm, log);
  const int threads = set_threads(options.threads, comm);
  describe_workers(config, options.output, threads, watchdog, comm, log);

  // 2. The data: every rank reads its slice, or its share of the cache, and keeps sparse images.
  const Stopwatch reading;
  progress::set(progress::Activity::reading);
  const Say say = [&](LogLevel level, const std::string& text) { log.say(level, text); };
  LoadedSamples loaded = load_samples(config, {Set::train, Set::validation}, comm, say);
  describe_data(config, loaded, reading.seconds(), comm, log);
  describe_validation(config, loaded, comm, log);
  teach(config, loaded, comm, say);
  run.take_data(std::move(loaded[Set::train]), std::move(loaded[Set::validation]));

  // 3. The training, its history and best model on disk as it goes.
  const RunResult result = run.run(loaded, threads, options.profile, watchdog);

  // 4. What came of it.
  describe_result(result, options.output, log);
}

}  // namespace jetrain
