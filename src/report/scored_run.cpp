#include "report/scored_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "config/class_names.hpp"
#include "dataset/data_files.hpp"
#include "dataset/selected_rows.hpp"
#include "dataset/unsaid_rows.hpp"
#include "inference/scoring.hpp"
#include "jetrain/error.hpp"
#include "report/set_pictures.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// Rows read before it is looked whether there are jets enough.
constexpr std::int64_t kPieceRows = 20000;

/// The steps one after another, with which every jet is drawn.
std::vector<PreprocessingStep> steps_of(const ImageConfig& own, bool of_sets) {
  ImageConfig plain = own;
  plain.channels = {ImageChannel::pt};
  plain.center = plain.rotate = plain.flip = false;
  plain.normalize = Normalization::none;
  std::vector<PreprocessingStep> steps;
  const auto add = [&](const char* name, const char* text, const ImageConfig& image) {
    steps.push_back({name, text, image, {}, {}});
  };
  ImageConfig all_around = plain;  // jets point anywhere
  all_around.bins = 64;
  all_around.half_width = 3.2;
  add("raw", "as the detector sees them", all_around);
  plain.center = true;
  add("centred", "the hardest constituent moved to the origin", plain);
  plain.rotate = true;
  add("rotated", "the second hardest constituent turned onto the first axis", plain);
  ImageConfig last = own;
  last.channels = {ImageChannel::pt};
  add("normalised",
      of_sets ? "as the image section of the config says; the network sees the constituents"
              : "as the run's config makes them",
      last);
  return steps;
}

Config with_image(const Config& config, const ImageConfig& image) {
  Config changed = config;
  changed.image = image;
  changed.data.high_level.clear();
  return changed;
}

/// Whether rows of this range can belong to the validation set, as far as that is known before reading.
bool may_validate(const Selection& selection, RowRange range) {
  const auto ttv = static_cast<std::int64_t>(Ttv::validation);
  for (std::int64_t row = range.first; row < range.last; ++row) {
    if (selection.set_of(row, ttv) == Set::validation) return true;
  }
  return false;
}

/// Samples in each of the ways, and their rows in the files.
struct Validation {
  std::vector<SampleStore> stores;
  std::vector<std::int64_t> rows;
};

/// The first `wanted` validation samples (or a few more), made in each of the ways. DataError where one has a
/// label that `model` has no output for.
Validation read_validation(const Model& model, const SelectedRows& rows, std::size_t ways,
                           std::int64_t wanted) {
  Validation found;
  std::vector<SampleStore>& stores = found.stores;
  stores.resize(ways);
  const auto work = [&](Validation& slot, const RowBlock& block) {
    slot.stores.resize(ways);
    for (std::size_t way = 0; way < ways; ++way) {
      std::int64_t skipped = 0;
      rows.make(block, way, skipped, [&](std::int64_t row, Set, const SampleView& sample) {
        slot.stores[way].append(sample);
        if (way > 0) return;
        require_output(model, rows.source(), row, sample.label);
        slot.rows.push_back(row);
      });
    }
  };
  const auto collect = [&](Validation& slot) {
    for (std::size_t way = 0; way < slot.stores.size(); ++way)
      stores[way].append(std::move(slot.stores[way]));
    found.rows.insert(found.rows.end(), slot.rows.begin(), slot.rows.end());
  };
  const std::int64_t last = rows.range().last;
  for (std::int64_t first = 0; first < last && stores[0].size() < wanted; first += kPieceRows) {
    const RowRange piece{first, std::min(last, first + kPieceRows)};
    if (may_validate(rows.selection(), piece)) rows.read<Validation>(piece, work, collect);
  }
  return found;
}

void load_validation(const Config& config, std::int64_t wanted, bool with_steps, const Communicator& comm,
                     ScoredRun& run) {
  // Sets have in memory what pictures are made of; images are made of the rows, once for each step.
  const bool of_sets = sample_layout(config).is_set();
  if (with_steps && reads_jets(config.data)) run.steps = steps_of(config.image, of_sets);
  std::vector<Config> configs{config};
  for (PreprocessingStep& step : run.steps) {
    step.grid = {1, step.image.bins, step.image.bins};
    if (!of_sets) configs.push_back(with_image(config, step.image));
  }
  std::vector<const Config*> ways;
  for (const Config& each : configs) ways.push_back(&each);
  const SelectedRows rows(file_groups(config.data, {Set::validation}).front(), ways, false, comm);
  require_labels(rows.source(), "report");
  Validation found = read_validation(run.model->model, rows, ways.size(), wanted);
  std::vector<SampleStore>& stores = found.stores;
  run.jets.rows = std::move(found.rows);
  run.samples = std::move(stores[0]);
  for (std::size_t i = 0; i < run.steps.size(); ++i)
    run.steps[i].jets = of_sets ? pictures_of(run.samples, run.steps[i].image) : std::move(stores[i + 1]);
}

/// Refuses files among whose rows other ones would be validation jets, perhaps those that trained.
void require_same_rows(const RunRecord& run, const Config& config, const std::vector<std::string>& files) {
  const bool said_by_rows = config.data.split.method == SplitMethod::column && !config.draws_rows();
  if (said_by_rows || !have_files_together(config.data, Set::validation)) return;
  require_same_files(files_of(config.data, Set::validation), files, fmt::format("--data: run {}", run.name));
}

}  // namespace

ScoredRun score_run(const RunRecord& run, const ScoringRequest& request, const Communicator& comm) {
  ScoredRun result;
  const std::string model_file = (fs::path(run.path) / "best.h5").string();
  if (!fs::exists(model_file)) {
    result.missing = fmt::format("{}: there is no best.h5 yet", run.name);
    return result;
  }
  result.model = load_model(model_file, comm);
  Config config = result.model->config;
  config.data.cache.clear();
  for (const std::string& key : unsaid_rows(model_file, config)) {
    if (!key.starts_with("data.split")) continue;  // fewer training jets leave the validation set as it is
    result.missing = fmt::format(
        "{}: its study was made by an older jetrain, so that it does not say which jets it was trained on "
        "({})",
        run.name, key);
    return result;
  }
  if (!request.files.empty()) {
    require_same_rows(run, config, request.files);
    read_from(config.data, Set::validation, request.files);
  }
  const std::vector<std::string> files = files_of(config.data, Set::validation);
  for (const std::string& file : files) {
    if (fs::exists(file)) continue;
    result.missing =
        fmt::format("{}: the data file {} is not there (--data names its new place)", run.name, file);
    return result;
  }
  const std::int64_t wanted = request.jets > 0 ? request.jets : std::numeric_limits<std::int64_t>::max();
  load_validation(config, wanted, request.steps, comm, result);
  const std::int64_t count = std::min(wanted, result.samples.size());
  if (count == 0) {
    result.missing = fmt::format("{}: {} holds no validation jets", run.name, files.front());
    return result;
  }
  result.jets.rows.resize(static_cast<std::size_t>(count));
  for (const std::string& file : files) result.jets.files.push_back(fs::weakly_canonical(file).string());
  result.tagger = scored_tagger(
      run.name, score_samples(result.model->model, count, [&](std::int64_t i) { return result.samples[i]; }),
      class_names(config.data, result.model->model.outputs()));
  return result;
}

}  // namespace jetrain
