#include "app/command.hpp"
#include "comm/threads.hpp"
#include "dataset/data_files.hpp"

namespace jetrain {
namespace {

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
  using Limits = GeneratorSettings;
  verb->add_option("--pt", o.pt, "of the jets, LOW:HIGH in GeV (550:650)");
  verb->add_option("--mass", o.settings.mass_gev, "of what decays as a top does, GeV")
      ->check(CLI::Range(Limits::kSmallestMassGev, Limits::kLargestMassGev))
      ->capture_default_str();
  verb->add_option("--smearing", o.settings.smearing, "factor of the detector's resolutions")
      ->check(CLI::Range(0.0, Limits::kLargestSmearing))
      ->capture_default_str();
  verb->add_option("--pileup", o.settings.pileup,
                   "mean number of further collisions, whose neutral particles fall into the jets")
      ->check(CLI::Range(0.0, Limits::kLargestPileup))
      ->capture_default_str();
  verb->add_option("--compression", o.compression, "blosc, gzip or none")->capture_default_str();
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::if_launched;
    command.run = [&](const Communicator& comm) { generate(o, comm); };
  });
}

void add_inspect(CLI::App& app, Command& command) {
  InspectOptions& o = command.inspect;
  CLI::App* verb = app.add_subcommand(
      "inspect", "which columns are read as what, rows, classes, splits, chunks, filter, physics sanity");
  verb->footer("Example:\n  jetrain inspect jets.h5");
  verb->add_option("files", o.files, "HDF5 or .npz files")->required();
  verb->add_option(
          "--set", o.assignments,
          "how jets stand in them, as in a config: data.preset=jetnet, data.jets.pt=PT, data.table=df")
      ->allow_extra_args(false);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::if_launched;
    command.run = [&](const Communicator& comm) {
      set_threads(0, comm);
      o.files = data_files(o.files, "inspect", comm);
      inspect(o, comm);
    };
  });
}

void add_preprocess(CLI::App& app, Command& command) {
  PreprocessOptions& o = command.preprocess;
  CLI::App* verb = app.add_subcommand(
      "preprocess",
      "dense images (N,bins,bins), labels and splits, for people and other tools; with input: constituents, "
      "the file that a training reads as data.cache");
  verb->footer("Example:\n  jetrain preprocess configs/quickstart.yaml images.h5 --set data.files=jets.h5");
  verb->add_option("config", o.config, "YAML config")->required();
  verb->add_option("output", o.output, "HDF5 file to write")->required();
  verb->add_option("--set", o.assignments, "override a config key: key=value")->allow_extra_args(false);
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::if_launched;
    command.run = [&](const Communicator& comm) { preprocess(o, comm); };
  });
}

}  // namespace

void add_data_verbs(CLI::App& app, Command& command) {
  add_generate(app, command);
  add_inspect(app, command);
  add_preprocess(app, command);
}

}  // namespace jetrain
