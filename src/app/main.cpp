// jetrain: the command line. Each verb is one file beside this one.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "config_file.hpp"
#include "convert.hpp"
#include "evaluate.hpp"
#include "export.hpp"
#include "generate.hpp"
#include "inspect.hpp"
#include "jetrain/comm/environment.hpp"
#include "jetrain/comm/launcher.hpp"
#include "jetrain/comm/threads.hpp"
#include "jetrain/core/crash.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/data/array_loader.hpp"
#include "jetrain/train/model_file.hpp"
#include "metrics.hpp"
#include "predict.hpp"
#include "preprocess.hpp"
#include "report.hpp"
#include "scaling.hpp"
#include "study.hpp"
#include "train.hpp"

namespace {

using namespace jetrain;

/// The words of one command line; each verb fills its own part.
struct Command {
  GenerateOptions generate;
  std::vector<std::string> inspected_files;
  PreprocessOptions preprocess;
  TrainOptions train;
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
  std::function<void(const Communicator&)> run;
};

void add_threads(CLI::App* verb, int& threads) {
  verb->add_option("--threads", threads,
                   "OpenMP threads a rank (default: OMP_NUM_THREADS, else this rank's share of the cores)")
      ->check(CLI::Range(1, 4096));
}

void add_overwrite(CLI::App* verb, bool& overwrite) {
  verb->add_flag("--overwrite", overwrite, "replace what is there");
}

void add_generate(CLI::App& app, Command& command) {
  GenerateOptions& o = command.generate;
  CLI::App* verb = app.add_subcommand(
      "generate", "synthetic jets in the reference layout, or the tutorial's small data sets");
  verb->footer("Example:\n  jetrain generate jets.h5 --jets 20000 --seed 7");
  verb->add_option("output", o.output, "HDF5 file to write")->required();
  verb->add_option(
          "--kind", o.kind,
          "jets; line: y = 3 x + 1 with noise 0.1; gaussians: two classes in the plane (plain arrays)")
      ->capture_default_str();
  verb->add_option("--jets,--rows", o.jets, "number of jets (half of them tops), or of rows")->required();
  verb->add_option("--seed", o.seed, "chooses the jets")->capture_default_str();
  verb->add_option("--compression", o.compression, "blosc, gzip or none")->capture_default_str();
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] { command.run = [&](const Communicator& comm) { generate(o, comm); }; });
}

void add_inspect(CLI::App& app, Command& command) {
  CLI::App* verb =
      app.add_subcommand("inspect", "layout, rows, classes, splits, chunks, filter, physics sanity");
  verb->footer("Example:\n  jetrain inspect jets.h5");
  verb->add_option("files", command.inspected_files, "HDF5 files")->required();
  verb->callback([&] {
    command.run = [&](const Communicator& comm) {
      set_threads(0, comm);
      inspect(command.inspected_files, comm);
    };
  });
}

void add_preprocess(CLI::App& app, Command& command) {
  PreprocessOptions& o = command.preprocess;
  CLI::App* verb = app.add_subcommand(
      "preprocess", "dense images (N,bins,bins), labels and splits, for people and other tools");
  verb->footer("Example:\n  jetrain preprocess configs/quickstart.yaml images.h5 --set data.files=jets.h5");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("output", o.output, "HDF5 file to write")->required();
  verb->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] { command.run = [&](const Communicator& comm) { preprocess(o, comm); }; });
}

void add_summary(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("summary", "the network, layer by layer, with parameter counts");
  verb->footer("Example:\n  jetrain summary configs/notebook.yaml");
  verb->add_option("config", command.summary_config, "YAML config")->required();
  verb->add_option("--set", command.train.assignments, "override a config key: key=value")
      ->allow_extra_args(false);
  verb->callback([&] {
    command.run = [&](const Communicator& comm) {
      Config config = load_config(command.summary_config, command.train.assignments, false, comm);
      complete_arrays(config, comm);
      comm.agree([&] {
        const Model model = make_model(config);
        if (comm.is_root()) fmt::print("{}", model.summary());
      });
    };
  });
}

void add_train(CLI::App& app, Command& command) {
  TrainOptions& o = command.train;
  CLI::App* verb = app.add_subcommand("train", "train the config's network; results go to a run directory");
  verb->footer(
      "Example:\n  mpirun -np 2 jetrain train configs/quickstart.yaml --set data.files=jets.h5 --out "
      "runs/first");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("--set", o.assignments,
                   "override a config key: key=value, for example train.batch_size=256")
      ->allow_extra_args(false);
  verb->add_option("--out", o.output, "run directory")->capture_default_str()->default_val("runs/latest");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->add_flag("--resume", o.resume,
                 "go on from the run directory's newest checkpoint; without one, from the beginning")
      ->excludes("--overwrite");
  verb->add_flag("--profile", o.profile, "end with a table of where the time went, by phase and layer");
  verb->callback([&] { command.run = [&](const Communicator& comm) { train(o, comm); }; });
}

void add_study(CLI::App& app, Command& command) {
  StudyOptions& o = command.study;
  CLI::App* verb = app.add_subcommand(
      "study", "a family of trainings: grid, random search, ablation, learning curve, cross-validation");
  verb->footer(
      "Example:\n  mpirun -np 2 jetrain study configs/study_dense.yaml --set data.files=jets.h5 --out "
      "runs/dense");
  verb->add_option("config", o.config, "YAML config with a study section")->required();
  verb->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  verb->add_option("--out", o.output, "the study's folder; a study that is there already goes on")
      ->capture_default_str()
      ->default_val("runs/study");
  add_overwrite(verb, o.overwrite);
  verb->add_option(
          "--share", o.share,
          "K/N: take the members K, K+N, K+2N, ... (from 0) only; N processes with one --out, at the same "
          "time or one after another, make the whole study, and the last to end ranks it")
      ->excludes("--overwrite");
  add_threads(verb, o.threads);
  verb->callback([&] { command.run = [&](const Communicator& comm) { study(o, comm); }; });
}

/// "100Gbit", "12.5GB", both a second: bytes per second.
CLI::AsNumberWithUnit bandwidth_unit() {
  const std::map<std::string, double> units = {
      {"Gbit", 1e9 / 8}, {"Mbit", 1e6 / 8}, {"GB", 1e9}, {"MB", 1e6}};
  return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "BANDWIDTH");
}
/// "2us": seconds.
CLI::AsNumberWithUnit time_unit() {
  const std::map<std::string, double> units = {{"s", 1.0}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
  return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME");
}

void add_scaling_project(CLI::App* scaling, Command& command) {
  ScalingProjectOptions& o = command.scaling_project;
  ProjectionPlan& plan = o.plan;
  Network& network = plan.network;
  CLI::App* verb = scaling->add_subcommand(
      "project", "what measured points let one expect of more ranks, on a network that you name");
  verb->footer(
      "Example:\n  jetrain scaling project runs/batch_* --latency 2us --bandwidth 100Gbit --out "
      "projection.html");
  const auto whole = [&](const char* name, auto& value, const char* text) {
    return verb->add_option(name, value, text)
        ->check(CLI::Range(1LL, 1'000'000'000'000LL))
        ->capture_default_str();
  };
  verb->add_option("folders", o.folders, "folders of studies of one network, the more points the better")
      ->required();
  verb->add_option("--ranks", plan.ranks, "numbers of ranks (default: powers of two up to 1024)")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20));
  whole("--threads", plan.threads, "OpenMP threads a rank");
  verb->add_option("--latency", network.latency_seconds, "from rank to rank, as 2us (the default)")
      ->transform(time_unit());
  verb->add_option("--bandwidth", network.bandwidth,
                   "of a node's link, a second, as 100Gbit (the default) or 12.5GB")
      ->transform(bandwidth_unit());
  verb->add_option("--message-time", network.message_seconds,
                   "of a rank, to send a small message and take one, as 1us (the default)")
      ->transform(time_unit());
  whole("--ranks-per-node", network.ranks_per_node, "ranks that share a link, and memory");
  verb->add_option("--nodes-per-switch", network.nodes_per_switch, "0: all nodes on one switch")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--oversubscription", network.oversubscription,
                   "a switch's links to its nodes, divided by its links to other switches")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  whole("--jets", plan.training_jets, "training jets");
  whole("--validation-jets", plan.validation_jets, "jets that validate");
  whole("--batch", plan.strong_batch, "strong scaling: the global batch");
  whole("--batch-per-worker", plan.weak_batch, "weak scaling: the batch of one rank x thread");
  verb->add_option("--jets-per-worker", plan.weak_jets,
                   "weak scaling: training jets of one rank x thread (0: --jets, shared by all)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--validation-ranks", o.validation, "all or root, as validation.ranks")
      ->check(CLI::IsMember({"all", "root"}))
      ->capture_default_str();
  verb->add_option("--out", o.output,
                   "HTML file; .csv and .json go beside it (default: FOLDER/projection.html)");
  verb->callback([&] { command.run = [&](const Communicator& comm) { scaling_project(o, comm); }; });
}

void add_scaling(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("scaling", "scaling studies: measure them, and report on them");
  verb->footer("Example:\n  jetrain scaling run --help");
  verb->require_subcommand(1);

  ScalingRunOptions& o = command.scaling_run;
  CLI::App* run = verb->add_subcommand(
      "run", "train the config on several numbers of ranks and threads, all within this job's ranks");
  run->footer(
      "Example:\n  mpirun -np 2 jetrain scaling run configs/quickstart.yaml --set data.files=jets.h5 --out "
      "runs/scaling");
  run->add_option("config", o.config, "YAML config")->required();
  run->add_option("--ranks", o.ranks, "numbers of ranks, as 1,2,4 (default: powers of two up to all)")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20));
  run->add_option("--threads", o.threads, "OpenMP threads a rank, as 1,2")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  run->add_option(
         "--mode", o.mode,
         "strong: the same problem everywhere; weak: train.batch_size and data.limit.jets are one worker's, "
         "and grow with ranks x threads")
      ->check(CLI::IsMember({"strong", "weak"}))
      ->capture_default_str();
  run->add_option("--repeat", o.repeats, "how often each point is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  run->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  run->add_option("--out", o.output, "the study's folder; a study that is there already goes on")
      ->capture_default_str();
  run->add_flag(
      "--write-jobs", o.write_jobs,
      "measure nothing, but write a batch script for each number of ranks and threads into OUT/jobs");
  add_overwrite(run, o.overwrite);
  run->callback([&] { command.run = [&](const Communicator& comm) { scaling_run(o, comm); }; });

  ScalingReportOptions& r = command.scaling_report;
  CLI::App* report =
      verb->add_subcommand("report", "tables and plots of a study's points, as HTML, CSV and JSON");
  report->footer("Example:\n  jetrain scaling report runs/scaling --out scaling.html");
  report->add_option("folder", r.folder, "the study's folder")->required();
  report->add_option("--out", r.output,
                     "HTML file; .csv and .json go beside it (default: FOLDER/scaling.html)");
  report->callback([&] { command.run = [&](const Communicator& comm) { scaling_report(r, comm); }; });
  add_scaling_project(verb, command);
}

void add_evaluate(CLI::App& app, Command& command) {
  EvaluateOptions& o = command.evaluate;
  CLI::App* verb =
      app.add_subcommand("evaluate", "accuracy, AUC and background rejection of a model on files");
  verb->footer(
      "Example:\n  jetrain evaluate runs/first/best.h5 jets.h5 --split test --json metrics.json --roc "
      "roc.csv");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("files", o.files, "HDF5 files")->required();
  verb->add_option("--split", o.split,
                   "train, validation or test, as the model's config splits these files (default: all rows)");
  verb->add_option("--json", o.json, "write the metrics to this file");
  verb->add_option("--roc", o.roc, "write the ROC curve to this CSV file");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] { command.run = [&](const Communicator& comm) { evaluate(o, comm); }; });
}

void add_predict(CLI::App& app, Command& command) {
  PredictOptions& o = command.predict;
  CLI::App* verb = app.add_subcommand("predict", "score, label and row of every jet, as an HDF5 or CSV file");
  verb->footer("Example:\n  jetrain predict runs/first/best.h5 jets.h5 scores.h5");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("files", o.files, "HDF5 files, and last the file to write: .csv, or .h5")
      ->required()
      ->expected(1, -1);
  verb->add_option(
      "--grid", o.grid,
      "of a network of two features: score the points of a square grid, LOW:HIGH:POINTS, instead of files");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    o.output = o.files.back();
    o.files.pop_back();
    command.run = [&](const Communicator& comm) { predict(o, comm); };
  });
}

void add_export(CLI::App& app, Command& command) {
  ExportOptions& o = command.export_model;
  CLI::App* verb = app.add_subcommand("export", "a model as ONNX, for other programs");
  verb->footer("Example:\n  jetrain export runs/quickstart/best.h5 tagger.onnx");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("output", o.output, "ONNX file to write")->required();
  add_overwrite(verb, o.overwrite);
  verb->callback([&] { command.run = [&](const Communicator& comm) { export_model(o, comm); }; });
}

void add_convert(CLI::App& app, Command& command) {
  ConvertOptions& o = command.convert;
  CLI::App* verb =
      app.add_subcommand("convert", "weights to and from Keras' HDF5 (.h5) and NumPy (.npz, for PyTorch)");
  verb->footer(
      "Example:\n  jetrain convert runs/quickstart/best.h5 keras.h5\n"
      "  jetrain convert runs/quickstart/best.h5 weights.npz\n"
      "  jetrain convert keras.h5 model.h5 --config configs/quickstart.yaml");
  verb->add_option("from", o.from, "a model of jetrain, Keras' weights, or .npz")->required();
  verb->add_option(
          "to", o.to,
          "file to write: .npz; .h5 is Keras' weights out of a model of jetrain, else a model of jetrain")
      ->required();
  verb->add_option("--config", o.config, "YAML config that has the network, for weights from elsewhere");
  add_overwrite(verb, o.overwrite);
  verb->callback([&] { command.run = [&](const Communicator& comm) { convert(o, comm); }; });
}

void add_report(CLI::App& app, Command& command) {
  ReportOptions& o = command.report;
  CLI::App* verb = app.add_subcommand(
      "report", "one HTML page, or pictures, of runs side by side: curves, ROC, scores, images, time");
  verb->footer(
      "Example:\n  jetrain report runs/first runs/second --out report.html\n\nIt draws with gnuplot (Debian: "
      "gnuplot-nox).");
  verb->add_option("runs", o.runs, "run directories")->required();
  verb->add_option("--out", o.output, "HTML file (default: report.html), or the pictures' folder (report)");
  verb->add_option("--format", o.format, "html: a page; svg, png or pdf: the pictures alone, as files")
      ->check(CLI::IsMember({"html", "svg", "png", "pdf"}))
      ->capture_default_str();
  verb->add_option(
      "--data", o.files,
      "data files, where they are not any more where the configs say (of split.method files: the "
      "validation files)");
  verb->add_option("--jets", o.jets, "validation jets to score and to draw, at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] { command.run = [&](const Communicator& comm) { report(o, comm); }; });
}

void add_metrics(CLI::App& app, Command& command) {
  MetricsOptions& o = command.metrics;
  FigureOptions& f = o.figures;
  CLI::App* verb = app.add_subcommand(
      "metrics", "accuracy, AUC and background rejection, with errors, from scores and labels of any tagger");
  verb->add_option("files", o.files,
                   "HDF5, CSV, or pairs of .npy (scores, labels); several are compared, a line each")
      ->required();
  verb->add_option("--score", o.names.score, "dataset, or column by name or number from 1")
      ->capture_default_str();
  verb->add_option("--label", o.names.label, "the same of the labels, 0 or 1")->capture_default_str();
  verb->add_option("--at", f.signal_efficiencies, "signal efficiencies at which 1/eps_B is wanted")
      ->delimiter(',')
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  verb->add_option("--threshold", f.threshold, "accuracy: scores above are called tops")
      ->capture_default_str();
  verb->add_option("--bootstrap", f.replicas, "replicas for the errors; 0: no errors")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  verb->add_option("--seed", f.seed, "chooses the replicas")->capture_default_str();
  verb->add_flag(
      "--ensemble", o.ensemble,
      "the files are models' scores of the same jets: add their mean score, and each figure's mean, "
      "spread and median over the models");
  verb->add_option("--out", o.output, "with --ensemble: write mean score and deviation of each jet (HDF5)");
  verb->add_option("--json", o.json, "write the figures to this file");
  verb->add_option("--roc", o.roc, "write the ROC curves to this CSV file");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->footer(
      "Example:\n"
      "  jetrain metrics scores.h5 --at 0.3,0.5,0.7\n"
      "  jetrain metrics cnn.h5 transformer.csv --score score --label label --roc roc.csv\n"
      "  jetrain metrics scores.npy labels.npy\n"
      "  jetrain metrics --ensemble seed1.h5 seed2.h5 seed3.h5 --out ensemble.h5");
  verb->callback([&] { command.run = [&](const Communicator& comm) { compute_figures(o, comm); }; });
}

/// Of an unknown verb, CLI11 says only that one is missing.
std::string explain(const CLI::App* app, const CLI::Error& error) {
  std::string what = error.what();
  const std::vector<std::string> unknown = app->remaining(true);
  if (error.get_name() == "RequiredError" && !unknown.empty() && !unknown.front().starts_with('-'))
    what = fmt::format("there is no verb {}", unknown.front());
  return fmt::format("jetrain: {} (jetrain --help, or jetrain VERB --help, lists what there is)\n", what);
}

/// Says what is wrong with the command line. All ranks have the same words, but only rank 0 speaks.
int refuse(const CLI::App& app, const CLI::ParseError& mistake, const Communicator& world) {
  if (world.is_root()) app.exit(mistake);
  return static_cast<int>(ExitStatus::usage);
}

/// An error that other ranks may not know of ends the job at once. Lower ranks speak first, so that where all
/// ranks fail in the same way, only one is heard.
[[noreturn]] void speak_and_abort(const std::string& what, ExitStatus status, const Communicator& world) {
  std::this_thread::sleep_for(std::chrono::milliseconds(200 * std::min(world.rank(), 10)));
  fmt::print(stderr, "jetrain: rank {}: {}\n", world.rank(), what);
  std::fflush(nullptr);
  Environment::abort(static_cast<int>(status));
}

int run(const Command& command, const Communicator& world) {
  try {
    command.run(world);
    return static_cast<int>(ExitStatus::done);
  } catch (const CollectiveError& error) {
    if (world.is_root()) fmt::print(stderr, "jetrain: {}\n", error.what());
    return static_cast<int>(error.status());
  } catch (const Error& error) {
    speak_and_abort(error.what(), error.status(), world);
  } catch (const std::exception& error) {
    speak_and_abort(error.what(), ExitStatus::failed, world);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "jetrain: data-parallel training of jet taggers on CPU clusters. Every verb runs alone or under "
      "mpirun.",
      "jetrain");
  app.require_subcommand(1);
  app.footer("Example:\n  jetrain train --help");
  app.failure_message(explain);
  app.set_version_flag("--version", "jetrain " JETRAIN_VERSION);
  Command command;
  add_generate(app, command);
  add_inspect(app, command);
  add_preprocess(app, command);
  add_summary(app, command);
  add_train(app, command);
  add_study(app, command);
  add_scaling(app, command);
  add_evaluate(app, command);
  add_predict(app, command);
  add_export(app, command);
  add_convert(app, command);
  add_report(app, command);
  add_metrics(app, command);

  std::optional<CLI::ParseError> mistake;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& question) {  // --help, --version: without MPI, which a login node may not have
    return is_first_process() ? app.exit(question) : static_cast<int>(ExitStatus::done);
  } catch (const CLI::ParseError& error) {
    mistake = error;
  }

  const Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  explain_crashes(world.rank());
  return mistake ? refuse(app, *mistake, world) : run(command, world);
}
