#include "evaluate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "jetrain/comm/threads.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/output_file.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/array_loader.hpp"
#include "jetrain/io/hdf5_file.hpp"
#include "jetrain/train/model_file.hpp"
#include "jetrain/train/scoring.hpp"
#include "test_set_record.hpp"

namespace jetrain {
namespace {

/// Rows of plain arrays. All rows must be good where they shall have numbers.
ScoredSlice score_arrays(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool all,
                         const Communicator& comm) {
  Config config = stored.config;
  config.data.files = files;
  if (all) config.data.on_bad_row = "error";
  const LoadedImages loaded = all ? load_arrays(config, files, set, comm) : load_arrays(config, {set}, comm);
  const ImageSet& mine = loaded[set];
  ScoredSlice slice;
  const bool many = stored.model.outputs() > 2;
  const ScoredJets scored = score_images(
      stored.model, mine.images.size(), [&](std::int64_t i) { return mine.images[i]; },
      many ? &slice.outputs : nullptr);
  const std::int64_t first = mine.begins[static_cast<std::size_t>(comm.rank())];
  for (std::size_t i = 0; i < scored.scores.size(); ++i)
    slice.rows.push_back({first + static_cast<std::int64_t>(i), scored.scores[i], scored.labels[i]});
  slice.loss_sum = scored.loss_sum;
  slice.correct = scored.correct;
  slice.labelled = scored.labelled;
  slice.skipped = comm.is_root() ? loaded.rows_skipped : 0;
  return slice;
}

ScoredSlice score_jets(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool all,
                       const Communicator& comm) {
  const JetSource source(files, comm);
  const Selection selection =
      all ? Selection::everything(source.rows(), set) : Selection::from_config(stored.config, source, comm);
  const bool skip = stored.config.data.on_bad_row == "skip";
  return score_rows(stored.model, source, selection, set, SampleMaker(stored.config), skip, comm);
}

/// Scores the asked-for rows of `files` and gathers them on rank 0.
ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files,
                        const std::string& split, const Communicator& comm) {
  Set set = Set::test;
  comm.agree([&] {
    if (split.empty()) return;
    set = parse_set(split);
    if (stored.config.data.split.method == "files") {
      throw UsageError(
          "this model was trained with split.method files: name the file of the set itself, without --split");
    }
  });
  const auto score = stored.config.data.arrays.used() ? score_arrays : score_jets;
  ScoredSlice scored = gather_scores(score(stored, files, set, split.empty(), comm), comm);
  comm.agree([&] {
    if (comm.is_root() && scored.rows.empty()) {
      throw DataError(fmt::format("no jets to score: {}{} has none{}", split, split.empty() ? "" : " set of ",
                                  files.front() + (files.size() > 1 ? ", ..." : "")));
    }
  });
  return scored;
}

std::string metrics_line(const Metrics& m) {
  std::string line = fmt::format("jets {}  loss {:.4f}", m.jets, m.loss);
  if (!std::isnan(m.accuracy)) line += fmt::format("  accuracy {:.4f}", m.accuracy);
  if (!std::isnan(m.auc)) {
    line += fmt::format("  AUC {:.4f}  1/eps_B at eps_S 0.3: {:.1f}, at 0.5: {:.1f}", m.auc, m.rejection_30,
                        m.rejection_50);
  }
  return line;
}

std::string metrics_json(const Metrics& m, std::int64_t skipped) {
  const auto number = [](double x) { return std::isfinite(x) ? nlohmann::json(x) : nlohmann::json(nullptr); };
  const nlohmann::ordered_json json = {{"jets", m.jets},
                                       {"skipped_rows", skipped},
                                       {"loss", number(m.loss)},
                                       {"accuracy", number(m.accuracy)},
                                       {"auc", number(m.auc)},
                                       {"rejection_30", number(m.rejection_30)},
                                       {"rejection_50", number(m.rejection_50)}};
  return json.dump(2) + "\n";
}

std::string roc_csv(const ScoredJets& scored) {
  std::string text = "threshold,signal_efficiency,background_efficiency\n";
  for (const RocPoint& p : roc_curve(scored.scores, scored.labels)) {
    text += fmt::format("{},{},{}\n", p.threshold, p.signal_efficiency, p.background_efficiency);
  }
  return text;
}

void write_predictions(const std::string& path, const ScoredSlice& scored) {
  std::vector<float> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::int64_t> numbers;
  for (const ScoredRow& row : scored.rows) {
    scores.push_back(row.score);
    labels.push_back(row.label);
    numbers.push_back(row.row);
  }
  const std::int64_t rows = std::ssize(scored.rows);
  hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
    hdf5::write_array(file, "score", {rows}, scores.data());
    hdf5::write_array(file, "label", {rows}, labels.data());
    hdf5::write_array(file, "row", {rows}, numbers.data());
    if (!scored.outputs.empty())
      hdf5::write_array(file, "outputs", {rows, std::ssize(scored.outputs) / rows}, scored.outputs.data());
  });
}

/// LOW:HIGH:POINTS of each axis.
struct Grid {
  explicit Grid(const std::string& text) {
    char end = 0;
    if (std::sscanf(text.c_str(), "%f:%f:%d%c", &low, &high, &points, &end) != 3 || !(low < high) ||
        points < 2 || points > 10000)
      throw UsageError(fmt::format("--grid {}: must be LOW:HIGH:POINTS, for example -4:4:41", text));
  }
  float at(std::int64_t i) const {
    return low + (high - low) * static_cast<float>(i) / static_cast<float>(points - 1);
  }
  float low = 0;
  float high = 0;
  int points = 0;
};

/// The score of a network of two features on a grid: `x` (points), and `score` (points, points), whose row i
/// has the first feature x[i] and whose column j has the second feature x[j].
void predict_grid(const PredictOptions& options, const StoredModel& stored) {
  const Grid grid(options.grid);
  if (stored.model.input().shape != Shape::vector(2)) {
    throw UsageError(fmt::format("--grid is for networks of two features, but this one takes {}",
                                 stored.model.input().shape.text()));
  }
  const std::int64_t points = grid.points;
  std::vector<float> x;
  for (std::int64_t i = 0; i < points; ++i) x.push_back(grid.at(i));
  SparseImageStore samples;
  const std::uint16_t positions[] = {0, 1};
  for (std::int64_t i = 0; i < points * points; ++i) {
    const float values[] = {grid.at(i / points), grid.at(i % points)};
    samples.append({positions, values, 0});
  }
  const ScoredJets scored =
      score_images(stored.model, points * points, [&](std::int64_t i) { return samples[i]; });
  hdf5::write_file(options.output, hdf5::Seal::none, [&](hid_t file) {
    hdf5::write_array(file, "x", {points}, x.data());
    hdf5::write_array(file, "score", {points, points}, scored.scores.data());
  });
  fmt::print("{}: the score on {} x {} points\n", options.output, points, points);
}

}  // namespace

void evaluate(const EvaluateOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (!comm.is_root()) return;
    for (const std::string& output : {options.json, options.roc}) {
      if (!output.empty()) require_writable(output, options.overwrite);
    }
  });
  set_threads(options.threads, comm);
  const StoredModel stored = load_model(options.model, comm);
  const Stopwatch watch;
  const ScoredSlice slice = score_files(stored, options.files, options.split, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    const ScoredJets scored = without_rows(slice);
    const Metrics m = compute_metrics(scored);
    fmt::print("{}  ({:.1f} s)\n", metrics_line(m), watch.seconds());
    if (is_test_set(stored.config, options.files, options.split)) {
      const std::string note = record_test_set_use(options.model, options.files, m.accuracy, m.auc);
      if (!note.empty()) fmt::print("{}\n", note);
    }
    if (slice.skipped > 0) fmt::print("warning: {} bad rows skipped\n", slice.skipped);
    if (std::isnan(m.auc) && !stored.config.data.arrays.used())
      fmt::print("note: all jets are of one class, so there is no ROC curve\n");
    if (!options.json.empty()) write_text(options.json, metrics_json(m, slice.skipped));
    if (!options.roc.empty()) write_text(options.roc, roc_csv(scored));
  });
}

void predict(const PredictOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) require_writable(options.output, options.overwrite);
  });
  set_threads(options.threads, comm);
  const StoredModel stored = load_model(options.model, comm);
  const Stopwatch watch;
  if (!options.grid.empty()) {
    comm.agree([&] {
      if (!options.files.empty()) throw UsageError("--grid takes no data files, only the file to write");
      if (comm.is_root()) predict_grid(options, stored);
    });
    return;
  }
  comm.agree([&] {
    if (options.files.empty()) throw UsageError("predict: name the data files, and last the file to write");
  });
  const ScoredSlice scored = score_files(stored, options.files, "", comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    write_predictions(options.output, scored);
    fmt::print("{}: {} jets scored in {:.1f} s ({:.0f} jets/s)\n", options.output, scored.rows.size(),
               watch.seconds(), static_cast<double>(scored.rows.size()) / watch.seconds());
    if (scored.skipped > 0) fmt::print("warning: {} bad rows skipped\n", scored.skipped);
  });
}

}  // namespace jetrain
