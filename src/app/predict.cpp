#include "app/predict.hpp"

#include <fmt/format.h>

#include <memory>

#include "app/layout_assignments.hpp"
#include "app/reading_notes.hpp"
#include "app/score_files.hpp"
#include "comm/threads.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/stopwatch.hpp"
#include "dataset/data_files.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "samples/sample_store.hpp"
#include "scores/prediction_file.hpp"

namespace jetrain {
namespace {

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
  SampleStore samples;
  const std::uint16_t positions[] = {0, 1};
  for (std::int64_t i = 0; i < points * points; ++i) {
    const float values[] = {grid.at(i / points), grid.at(i % points)};
    samples.append({{positions, values}});
  }
  const ScoredJets scored =
      score_samples(stored.model, points * points, [&](std::int64_t i) { return samples[i]; });
  hdf5::write_file(options.output, hdf5::Seal::none, [&](hid_t file) {
    hdf5::write_array(file, "x", {points}, x.data());
    hdf5::write_array(file, "score", {points, points}, scored.scores.data());
  });
  print_line("{}: the score on {} x {} points", options.output, points, points);
}

/// Of more than two outputs: their classes, or, without names, their numbers.
std::vector<std::string> output_names(const StoredModel& stored) {
  const std::int64_t outputs = stored.model.outputs();
  if (outputs <= 2) return {};
  if (!stored.config.data.classes.empty()) return stored.config.data.classes;
  std::vector<std::string> names;
  for (std::int64_t o = 0; o < outputs; ++o) names.push_back(std::to_string(o));
  return names;
}

Predictions predictions_of(const ScoredSlice& scored) {
  Predictions piece;
  for (const ScoredRow& row : scored.rows) {
    piece.rows.push_back(row.row);
    if (scored.has_labels) piece.labels.push_back(row.label);
    piece.scores.push_back(row.score);
  }
  piece.outputs = scored.outputs;
  piece.weights = scored.weights;
  return piece;
}

}  // namespace

void predict(const PredictOptions& given, const Communicator& comm) {
  PredictOptions options = given;
  options.files = data_files(given.files, "predict", comm);
  Set set = Set::none;
  comm.agree([&] {
    if (!options.split.empty()) set = parse_set(options.split);
    if (!comm.is_root()) return;
    refuse_twice(options.files, "predict");
    require_writable(options.output, options.overwrite);
  });
  set_threads(options.threads, comm);
  StoredModel stored = load_model(options.model, comm);
  comm.agree([&] { stored.config = with_layout(stored.config, options.assignments); });
  const Stopwatch watch;
  if (!options.grid.empty()) {
    comm.agree([&] {
      if (!options.files.empty()) throw UsageError("--grid takes no data files, only the file to write");
      if (set != Set::none) throw UsageError("--grid takes no --split, which is of jets");
      if (comm.is_root()) predict_grid(options, stored);
    });
    return;
  }
  comm.agree([&] {
    if (options.weights && !stored.config.data.weighted())
      throw UsageError("--weights: the model's config names no weights (data.weights)");
    if (options.files.empty()) throw UsageError("predict: name the data files, and last the file to write");
    if (comm.is_root() && set != Set::none)
      require_known_set(options.model, stored.config, options.files, set);
  });
  std::unique_ptr<PredictionFile> file;
  std::string missing_labels;
  std::int64_t written = 0;
  std::int64_t skipped = 0;
  ReadingNotes notes;
  score_in_pieces(
      stored, options.files, set, options.weights,
      [&](std::int64_t most_rows, const RowSource& rows) {
        file = PredictionFile::create(options.output, most_rows,
                                      {.labels = rows.missing_labels().empty(),
                                       .outputs = output_names(stored),
                                       .weights = options.weights});
        missing_labels = rows.missing_labels();
      },
      [&](const ScoredSlice& piece) {
        file->append(predictions_of(piece));
        written += std::ssize(piece.rows);
        skipped += piece.skipped;
        notes.add(piece.notes);
      },
      comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    if (written == 0)
      throw DataError(fmt::format("no jets to score: {}{} has none",
                                  set == Set::none ? "" : fmt::format("{} set of ", set),
                                  options.files.front()));
    file->complete();
    print_line("{}: {} jets scored in {:.1f} s ({:.0f} jets/s)", options.output, written, watch.seconds(),
               static_cast<double>(written) / watch.seconds());
    if (!missing_labels.empty()) print_line("note: without labels: {}", missing_labels);
    if (const std::string note = training_note(stored.config, options.files, set); !note.empty())
      print_line("{}", note);
    print_notes(skipped, notes);
  });
}

}  // namespace jetrain
