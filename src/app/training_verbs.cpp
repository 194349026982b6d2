#include <fmt/format.h>

#include "app/command.hpp"
#include "config/config_reference.hpp"
#include "dataset/array_file.hpp"
#include "inference/model_file.hpp"
#include "run/config_file.hpp"

namespace jetrain {
namespace {

void add_summary(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("summary", "the network, layer by layer, with parameter counts");
  verb->footer("Example:\n  jetrain summary configs/notebook.yaml");
  verb->add_option("config", command.summary_config, "YAML config")->required();
  verb->add_option("--set", command.train.assignments, "override a config key: key=value")
      ->allow_extra_args(false);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
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

void add_config(CLI::App& app, Command& command) {
  TrainOptions& o = command.train;
  CLI::App* verb =
      app.add_subcommand("config", "a config with every default spelled out, or all keys there are");
  verb->footer("Example:\n  jetrain config configs/notebook.yaml --set seed=2\n  jetrain config --reference");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  verb->set_version_flag(  // a text that is printed, as a version is: without MPI, and without a config
      "--reference", config_reference,
      "every key, its default, its meaning and what it may be, in Markdown (configs/README.md)");
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) {
      const Config config = load_config(o.config, o.assignments, false, comm);
      if (comm.is_root()) fmt::print("{}", to_yaml(config));
    };
  });
}

void add_train(CLI::App& app, Command& command) {
  TrainOptions& o = command.train;
  CLI::App* verb = app.add_subcommand("train", "train the config's network; results go to a run directory");
  verb->footer(
      "Example:\n  mpirun -np 2 jetrain train configs/quickstart.yaml --set data.files=jets.h5 --out "
      "runs/first\n  jetrain train configs/quickstart.yaml --set data.files=jets.h5 --set "
      "train.start.model=runs/first/best.h5 --set train.optimizer.adam.learning_rate=1e-4 --out runs/slower");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("--set", o.assignments,
                   "override a config key: key=value, for example train.batch_size=256")
      ->allow_extra_args(false);
  verb->add_option("--out", o.output, "run directory")
      ->capture_default_str()
      ->default_val("runs/latest")
      ->check([](const std::string& folder) { return folder.empty() ? "a folder has a name" : ""; });
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->add_flag(
          "--resume", o.resume,
          "go on from the run directory's newest checkpoint, with the same config; without one, from the "
          "beginning (with another config a new run goes on from its weights: train.start.model)")
      ->excludes("--overwrite");
  verb->add_option(
          "--seeds", o.seeds,
          "train so many times, with seed, seed + 1, ..., and end with their median, spread, and ensemble; "
          "what was stopped goes on with the same command")
      ->check(CLI::Range(2, 1000))
      ->excludes("--resume");
  add_log_level(verb, o.log_level);
  verb->add_flag("--profile", o.profile, "end with a table of where the time went, by phase and layer")
      ->excludes("--seeds");
  verb->callback([&] { command.run = [&](const Communicator& comm) { train(o, comm); }; });
}

void add_lr_find(CLI::App& app, Command& command) {
  LrFindOptions& o = command.lr_find;
  RateSweep& sweep = o.sweep;
  CLI::App* verb = app.add_subcommand(
      "lr-find", "which learning rate: a short training whose rate rises with each step, and its loss");
  verb->footer(
      "Example:\n  mpirun -np 2 jetrain lr-find configs/pfn.yaml --set data.files=jets.h5 --out runs/rates");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  verb->add_option("--out", o.output, "folder for lr_find.csv, lr_find.json and lr_find.html")
      ->capture_default_str()
      ->default_val("runs/lr_find")
      ->check([](const std::string& folder) { return folder.empty() ? "a folder has a name" : ""; });
  verb->add_option("--from", sweep.from, "the learning rate of the first step")
      ->capture_default_str()
      ->check(CLI::Range(1e-30, 1e30));
  verb->add_option("--to", sweep.to, "that of the last one")
      ->capture_default_str()
      ->check(CLI::Range(1e-30, 1e30));
  verb->add_option("--steps", sweep.steps, "so many, each of one batch, unless the loss explodes before")
      ->capture_default_str()
      ->check(CLI::Range(10LL, 1'000'000LL));
  verb->add_option("--smoothing", sweep.smoothing,
                   "a point of the curve is the mean of so many steps on either side")
      ->capture_default_str()
      ->check(CLI::Range(0LL, 100'000LL));
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  add_log_level(verb, o.log_level);
  verb->callback([&] { command.run = [&](const Communicator& comm) { lr_find(o, comm); }; });
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
  add_log_level(verb, o.log_level);
  verb->callback([&] { command.run = [&](const Communicator& comm) { study(o, comm); }; });
}

}  // namespace

void add_training_verbs(CLI::App& app, Command& command) {
  add_config(app, command);
  add_summary(app, command);
  add_train(app, command);
  add_lr_find(app, command);
  add_study(app, command);
}

}  // namespace jetrain
