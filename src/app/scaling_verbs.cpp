#include "app/command.hpp"

namespace jetrain {
namespace {

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
      "projection.html\n\n"
      "It draws with gnuplot (Debian: gnuplot-nox); without it the page has no pictures.");
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
  add_word(verb, "--validation-ranks", o.validation, "all or root, as validation.ranks",
           {ValidationRanks::all, ValidationRanks::root});
  verb->add_option("--out", o.output,
                   "HTML file; .csv and .json go beside it (default: FOLDER/projection.html)");
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { scaling_project(o, comm); };
  });
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
  add_word(
      run, "--mode", o.mode,
      "strong: the same problem everywhere; weak: train.batch_size and data.limit.jets are one worker's, "
      "and grow with ranks x threads",
      {ScalingMode::strong, ScalingMode::weak});
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
  add_log_level(run, o.log_level);
  run->callback([&] { command.run = [&](const Communicator& comm) { scaling_run(o, comm); }; });

  ScalingReportOptions& r = command.scaling_report;
  CLI::App* report =
      verb->add_subcommand("report", "tables and plots of a study's points, as HTML, CSV and JSON");
  report->footer(
      "Example:\n  jetrain scaling report runs/scaling --out scaling.html\n\n"
      "It draws with gnuplot (Debian: gnuplot-nox); without it the page has no pictures.");
  report->add_option("folder", r.folder, "the study's folder")->required();
  report->add_option("--out", r.output,
                     "HTML file; .csv and .json go beside it (default: FOLDER/scaling.html)");
  report->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { scaling_report(r, comm); };
  });
  add_scaling_project(verb, command);
}

}  // namespace

void add_scaling_verbs(CLI::App& app, Command& command) {
  add_scaling(app, command);
}

}  // namespace jetrain
