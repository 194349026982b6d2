#include "report/scored_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "dataset/array_loader.hpp"
#include "dataset/sample_loader.hpp"
#include "inference/scoring.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// Rows read before it is looked whether there are jets enough.
constexpr std::int64_t kPieceRows = 20000;

std::vector<std::string>& validation_files(DataConfig& data) {
  return data.split.method == SplitMethod::files ? data.validation_files : data.files;
}

/// The steps one after another, with which every jet is drawn.
std::vector<PreprocessingStep> steps_of(const ImageConfig& own) {
  ImageConfig plain = own;
  plain.channels = {ImageChannel::pt};
  plain.center = plain.rotate = plain.flip = false;
  plain.normalize = Normalization::none;
  std::vector<PreprocessingStep> steps;
  const auto add = [&](const char* name, const char* text, const ImageConfig& image) {
    steps.push_back({name, text, image, {}});
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
  add("normalised", "as the run's config makes them", last);
  return steps;
}

SampleMaker maker_of(const Config& config, const ImageConfig& image) {
  Config changed = config;
  changed.image = image;
  changed.data.high_level.clear();
  return SampleMaker(changed);
}

/// Whether rows of this range can belong to the validation set, as far as that is known before reading.
bool may_validate(const Selection& selection, RowRange range) {
  const auto ttv = static_cast<std::int64_t>(Ttv::validation);
  for (std::int64_t row = range.first; row < range.last; ++row) {
    if (selection.set_of(row, ttv) == Set::validation) return true;
  }
  return false;
}

/// The first `wanted` validation jets (or a few more), as each of the makers makes them.
std::vector<SampleStore> read_validation(const JetSource& source, const Selection& selection,
                                         const std::vector<SampleMaker>& makers, std::int64_t wanted,
                                         bool skip_bad_rows) {
  std::vector<SampleStore> stores(makers.size());
  const auto slots_each = static_cast<std::size_t>(source.window_slots());
  std::vector<SampleStore> slots(slots_each * makers.size());
  const auto consume = [&](std::int64_t slot, const JetBlock& block) {
    for (std::size_t m = 0; m < makers.size(); ++m) {
      std::int64_t skipped = 0;
      SampleStore& own = slots[m * slots_each + static_cast<std::size_t>(slot)];
      for_each_sample(source, selection, {Set::validation}, makers[m], skip_bad_rows, block, skipped,
                      [&](std::int64_t, Set, const SampleView& image) { own.append(image); });
    }
  };
  const auto end_window = [&](std::int64_t count) {
    for (std::size_t m = 0; m < makers.size(); ++m) {
      for (std::int64_t i = 0; i < count; ++i)
        stores[m].append(std::move(slots[m * slots_each + static_cast<std::size_t>(i)]));
    }
  };
  const std::int64_t last = selection.range().last;
  for (std::int64_t first = 0; first < last && stores[0].size() < wanted; first += kPieceRows) {
    const RowRange piece{first, std::min(last, first + kPieceRows)};
    if (may_validate(selection, piece)) source.read(piece, consume, end_window);
  }
  return stores;
}

void load_jets(const Config& config, std::int64_t wanted, bool with_steps, const Communicator& comm,
               ScoredRun& run) {
  const bool own_files = config.data.split.method == SplitMethod::files;
  const JetSource source(own_files ? config.data.validation_files : config.data.files, comm);
  const Selection selection = own_files ? Selection::limited(config.data.limit, Set::validation, source, comm)
                                        : Selection::from_config(config, source, comm);
  if (with_steps) run.steps = steps_of(config.image);
  std::vector<SampleMaker> makers{SampleMaker(config)};
  for (const PreprocessingStep& step : run.steps) makers.push_back(maker_of(config, step.image));
  std::vector<SampleStore> stores =
      read_validation(source, selection, makers, wanted, config.data.on_bad_row == BadRow::skip);
  run.samples = std::move(stores[0]);
  for (std::size_t i = 0; i < run.steps.size(); ++i) run.steps[i].jets = std::move(stores[i + 1]);
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
  std::vector<std::string>& files = validation_files(config.data);
  if (!request.files.empty()) files = request.files;
  for (const std::string& file : files) {
    if (fs::exists(file)) continue;
    result.missing =
        fmt::format("{}: the data file {} is not there (--data names its new place)", run.name, file);
    return result;
  }
  const std::int64_t wanted = request.jets > 0 ? request.jets : std::numeric_limits<std::int64_t>::max();
  if (config.data.arrays.used()) {
    result.samples = std::move(load_arrays(config, {Set::validation}, comm)[Set::validation].samples);
  } else {
    load_jets(config, wanted, request.steps, comm, result);
  }
  const std::int64_t count = std::min(wanted, result.samples.size());
  if (count == 0) {
    result.missing = fmt::format("{}: {} holds no validation jets", run.name, files.front());
    return result;
  }
  result.tagger = scored_tagger(
      run.name, score_samples(result.model->model, count, [&](std::int64_t i) { return result.samples[i]; }));
  return result;
}

}  // namespace jetrain
