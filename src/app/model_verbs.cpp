#include "app/command.hpp"

namespace jetrain {
namespace {

/// How jets stand in files that the model's config does not name.
CLI::Option* add_layout(CLI::App* verb, std::vector<std::string>& assignments) {
  return verb
      ->add_option(
          "--set", assignments,
          "how jets stand in these files, where otherwise than in the training's: data.preset=jetnet, "
          "data.jets.label=LABEL, data.weights=none")
      ->allow_extra_args(false);
}

void add_evaluate(CLI::App& app, Command& command) {
  EvaluateOptions& o = command.evaluate;
  CLI::App* verb =
      app.add_subcommand("evaluate", "accuracy, AUC and background rejection of a model on files");
  verb->footer(
      "Example:\n  jetrain evaluate runs/first/best.h5 jets.h5 --split test --json metrics.json --roc "
      "roc.csv\n"
      "  jetrain evaluate runs/first/best.h5 jets.h5 --bins pt:550,575,600,625,650 --picture bins.svg\n"
      "  jetrain evaluate runs/first/best.h5 test_nominal_000.h5 --set data.preset=atlas_top_tagging");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("files", o.files, "HDF5 or .npz files")->required();
  CLI::Option* split = verb->add_option(
      "--split", o.split,
      "train, validation or test, as the model's config splits these files (default: all rows)");
  add_layout(verb, o.assignments)->excludes(split);
  verb->add_option("--json", o.json, "write the metrics to this file");
  verb->add_option("--roc", o.roc, "write the ROC curve to this CSV file (of more than two classes, each's)");
  verb->add_option(
      "--bins", o.bins,
      "figures with errors in bins of the jets' pt, mass (GeV), eta or multiplicity, and the background "
      "that passes in each at a signal efficiency of 0.5 over all: QUANTITY:BORDER,BORDER,...");
  verb->add_option("--picture", o.picture,
                   "with --bins: draw these efficiencies to this .svg, .png or .pdf file");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::if_launched;
    command.run = [&](const Communicator& comm) { evaluate(o, comm); };
  });
}

void add_predict(CLI::App& app, Command& command) {
  PredictOptions& o = command.predict;
  CLI::App* verb = app.add_subcommand("predict", "score, label and row of every jet, as an HDF5 or CSV file");
  verb->footer("Example:\n  jetrain predict runs/first/best.h5 jets.h5 scores.h5");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("files", o.files, "HDF5 or .npz files, and last the file to write: .csv, or .h5")
      ->required()
      ->expected(1, -1);
  CLI::Option* split = verb->add_option(
      "--split", o.split,
      "only this set of the files, as the model's config splits them: train, validation or test");
  verb->add_flag(
      "--weights", o.weights,
      "write `weight`, too, as data.weights of the model's config names it (for metrics --weight)");
  add_layout(verb, o.assignments)->excludes(split);
  verb->add_option(
      "--grid", o.grid,
      "of a network of two features: score the points of a square grid, LOW:HIGH:POINTS, instead of files");
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::if_launched;
    o.output = o.files.back();
    o.files.pop_back();
    command.run = [&](const Communicator& comm) { predict(o, comm); };
  });
}

/// What scores and labels are called in the files that read_score_files reads.
void add_score_names(CLI::App* verb, ScoreNames& names) {
  verb->add_option(
          "--score", names.score,
          "dataset, array, or column by name or number from 1; of K classes one (N, K), or K names with "
          "commas between them (as `predict` writes them, they are found)")
      ->capture_default_str();
  verb->add_option("--label", names.label,
                   "the same of the labels: 0 or 1, of K classes 0 to K - 1 or one-hot")
      ->capture_default_str();
  verb->add_option("--weight", names.weight,
                   "the same of weights, by which all figures count jets (of .npy scores: the file)");
  verb->add_option("--classes", names.classes, "of K classes: their names, in the order of the scores")
      ->delimiter(',');
  verb->add_option(
      "--signal", names.signal,
      "of K classes: the one that 1/eps_B is of (default: the one whose output `predict` wrote as "
      "`score`, else the last)");
}

void add_metrics(CLI::App& app, Command& command) {
  MetricsOptions& o = command.metrics;
  FigureOptions& f = o.figures;
  CLI::App* verb = app.add_subcommand(
      "metrics", "accuracy, AUC and background rejection, with errors, from scores and labels of any tagger");
  verb->add_option("files", o.files,
                   "HDF5, CSV, .npz, or pairs of .npy (scores, labels); several are compared, a line each")
      ->required();
  add_score_names(verb, o.names);
  verb->add_option("--at", f.signal_efficiencies, "signal efficiencies at which 1/eps_B is wanted")
      ->delimiter(',')
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  verb->add_option("--threshold", f.threshold,
                   "accuracy: scores above are called tops; 0.5 suits probabilities, 0 logits; of more than "
                   "two classes, "
                   "the largest score decides")
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
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { compute_figures(o, comm); };
  });
}

void add_report(CLI::App& app, Command& command) {
  ReportOptions& o = command.report;
  CLI::App* verb = app.add_subcommand(
      "report", "one HTML page, or pictures, of runs side by side: curves, ROC, scores, images, time");
  verb->footer(
      "Example:\n  jetrain report runs/first runs/second --out report.html\n"
      "  jetrain report runs/first --predictions other.csv --out compared.html\n\n"
      "It draws with gnuplot (Debian: gnuplot-nox).");
  verb->add_option("runs", o.runs, "run directories; with --predictions there may be none");
  verb->add_option(
      "--predictions", o.predictions,
      "other taggers' scores and labels, to be compared with the runs: HDF5, CSV, .npz, or pairs of "
      ".npy (scores, labels)");
  add_score_names(verb, o.names);
  verb->add_option("--out", o.output, "HTML file (default: report.html), or the pictures' folder (report)");
  verb->add_option_function<std::string>(
          "--format",
          [&o](const std::string& word) {
            o.pictures.reset();
            if (word != "html") o.pictures = parse_picture_format(word);
          },
          "html: a page; svg, png or pdf: the pictures alone, as files")
      ->check(CLI::IsMember({"html", "svg", "png", "pdf"}))
      ->default_str("html");
  verb->add_option(
      "--data", o.files,
      "data files, where they are not any more where the configs say (of split.method files: the "
      "validation files)");
  verb->add_option("--jets", o.jets, "validation jets to score and to draw, at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_overwrite(verb, o.overwrite);
  add_threads(verb, o.threads);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { report(o, comm); };
  });
}

void add_export(CLI::App& app, Command& command) {
  ExportOptions& o = command.export_model;
  CLI::App* verb = app.add_subcommand("export", "a model as ONNX, for other programs");
  verb->footer("Example:\n  jetrain export runs/quickstart/best.h5 tagger.onnx");
  verb->add_option("model", o.model, "best.h5 of a run")->required();
  verb->add_option("output", o.output, "ONNX file to write")->required();
  add_overwrite(verb, o.overwrite);
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { export_model(o, comm); };
  });
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
  verb->callback([&] {
    command.needs_mpi = NeedsMpi::never;
    command.run = [&](const Communicator& comm) { convert(o, comm); };
  });
}

}  // namespace

void add_model_verbs(CLI::App& app, Command& command) {
  add_evaluate(app, command);
  add_predict(app, command);
  add_metrics(app, command);
  add_report(app, command);
  add_export(app, command);
  add_convert(app, command);
}

}  // namespace jetrain
