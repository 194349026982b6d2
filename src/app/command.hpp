#pragma once

/// \file
/// The command line: each verb's words and where they are kept. Verbs of a kind stand in one file,
/// data_verbs.cpp, training_verbs.cpp, scaling_verbs.cpp, model_verbs.cpp; what a verb does, in a file of its
/// own.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "app/convert.hpp"
#include "app/evaluate.hpp"
#include "app/export.hpp"
#include "app/generate.hpp"
#include "app/inspect.hpp"
#include "app/lr_find.hpp"
#include "app/metrics.hpp"
#include "app/predict.hpp"
#include "app/preprocess.hpp"
#include "app/report.hpp"
#include "app/scaling.hpp"
#include "app/study.hpp"
#include "app/train.hpp"
#include "core/word.hpp"

namespace jetrain {

/// Whether a verb has MPI started. Where it is not, nothing can go wrong in it: on a login node, in `srun
/// --pty`.
enum class NeedsMpi {
  always,       ///< it trains
  if_launched,  ///< it shares work out over the ranks that a launcher started, and does without where there
                ///< is none
  never,        ///< one process does it all; others that were started end at once
};

/// The words of one command line; each verb fills its own part.
struct Command {
  GenerateOptions generate;
  InspectOptions inspect;
  PreprocessOptions preprocess;
  TrainOptions train;
  LrFindOptions lr_find;
  StudyOptions study;
  ScalingRunOptions scaling_run;
  ScalingReportOptions scaling_report;
  ScalingProjectOptions scaling_project;
  EvaluateOptions evaluate;
  PredictOptions predict;
  ExportOptions export_model;
  ConvertOptions convert;
  ReportOptions report;
  MetricsOptions metrics;
  std::string summary_config;
  NeedsMpi needs_mpi = NeedsMpi::always;
  std::function<void(const Communicator&)> run;
};

void add_data_verbs(CLI::App& app, Command& command);
void add_training_verbs(CLI::App& app, Command& command);
void add_scaling_verbs(CLI::App& app, Command& command);
void add_model_verbs(CLI::App& app, Command& command);

// Options that many verbs have.
void add_threads(CLI::App* verb, int& threads);
void add_overwrite(CLI::App* verb, bool& overwrite);
void add_log_level(CLI::App* verb, LogLevel& level);

/// An option that is one of an enumeration's words, `words` in the order of the help.
template <Worded E>
void add_word(CLI::App* verb, const std::string& name, E& value, const std::string& description,
              const std::vector<E>& words) {
  verb->add_option_function<std::string>(
          name, [&value](const std::string& word) { value = value_named<E>(word).value(); }, description)
      ->check(CLI::IsMember(words_of(words)))
      ->default_str(word_of(value).text);
}

}  // namespace jetrain
