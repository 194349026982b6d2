#include "run/checkpoints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/shell_word.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "run/one_writer.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

struct Found {
  std::int64_t epoch = 0;
  std::int64_t steps = 0;
  std::string path;
};

std::string file_name(const EpochProgress& progress) {
  return fmt::format("epoch_{:04}_step_{:06}.h5", progress.epoch, progress.steps);
}

/// The newest first. Other files in the folder are not ours.
std::vector<Found> find_all(const std::string& folder) {
  std::vector<Found> all;
  for (const fs::path& entry : entries_of(folder)) {
    const std::string name = entry.filename();
    EpochProgress at;
    if (std::sscanf(name.c_str(), "epoch_%ld_step_%ld", &at.epoch, &at.steps) == 2 && name == file_name(at))
      all.push_back({at.epoch, at.steps, entry});
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return std::pair(a.epoch, a.steps) > std::pair(b.epoch, b.steps);
  });
  return all;
}

/// Whether a run may go on with another value. The jets themselves, and what a teacher says of them, are
/// compared by their fingerprint, so files may move. A schedule that ends with the epochs would take another
/// course.
bool may_change(const std::string& key, const Config& config) {
  if (key == "train.epochs")
    return !std::visit([](const auto& schedule) { return schedule.kFillsEpochs; },
                       config.train.schedule.kind);
  constexpr std::array kFree = {
      "data.", "train.teacher.scores", "train.teacher.model",    "validation.",        "checkpoint.",
      "log.",  "train.allreduce",      "train.straggler_factor", "train.stall_seconds"};
  return std::any_of(kFree.begin(), kFree.end(), [&](const char* start) { return key.starts_with(start); });
}

/// Another network differs in some hundred keys: the first ones tell that.
std::string first_of(const std::vector<std::string>& keys) {
  constexpr std::size_t kNamed = 8;
  if (keys.size() <= kNamed + 1) return fmt::format("{}", fmt::join(keys, ", "));
  return fmt::format("{} and {} more", fmt::join(keys.begin(), keys.begin() + kNamed, ", "),
                     keys.size() - kNamed);
}

/// How to go on from a run's weights with another config, which differs in these keys; "" where that cannot
/// be, or it has none yet. `path`: of a checkpoint.
std::string way_on(const std::string& path, const Config& config, const std::vector<std::string>& keys) {
  const fs::path model = fs::path(path).parent_path().parent_path() / "best.h5";
  std::error_code absent;
  if (!fs::exists(model, absent) || std::find(keys.begin(), keys.end(), "input") != keys.end()) return "";
  const StartConfig& start = config.train.start;
  const bool other_network =
      std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.starts_with("model."); });
  return fmt::format(", which may go on from these weights{}: --set train.start.model={}{} --out NEW",
                     other_network ? " in layers of equal shape" : "", shell_word(model.string()),
                     start.layers.empty() && start.except.empty()
                         ? ""
                         : " --set train.start.layers=[] --set train.start.except=[]");
}

void require_same_results(const Config& stored, const Config& config, const std::string& path) {
  std::vector<std::string> keys = differing_keys(stored, config);
  std::erase_if(keys, [&](const std::string& key) { return may_change(key, config); });
  if (keys.empty()) return;
  // The default has changed; the user's config, which does not say it, has not.
  const bool older_image = keys == std::vector<std::string>{"image.version"};
  throw UsageError(fmt::format(
      "{} was written with another config; these keys differ and change the results: {}. Resume "
      "with the run's own config{}, or start a new run with another --out{}",
      path, first_of(keys),
      older_image ? fmt::format(" (--set image.version={})", stored.image.version) : std::string(),
      way_on(path, config, keys)));
}

}  // namespace

Checkpoints::Checkpoints(std::string folder, const Config& config, std::string data, int rank,
                         const std::optional<EpochProgress>& known, std::string start)
    : folder_(std::move(folder)),
      config_(config),
      data_(std::move(data)),
      start_(std::move(start)),
      rank_(rank),
      known_(std::make_shared<Known>()) {
  if (known) known_->path = (fs::path(folder_) / file_name(*known)).string();
}

std::string Checkpoints::write(const TrainingState& state) const {
  std::string path;
  write_alone([&] { path = save(state); });
  return path;
}

std::optional<std::string> Checkpoints::write_within(std::chrono::milliseconds patience,
                                                     const TrainingState& state) const {
  std::string path;
  if (!write_alone_within(patience, [&] { path = save(state); })) return std::nullopt;
  return path;
}

std::string Checkpoints::save(const TrainingState& state) const {
  std::error_code failure;
  fs::create_directory(folder_, failure);  // not its parents: a run directory that vanished is an error
  if (failure) throw DataError(fmt::format("cannot make {}: {}", folder_, failure.message()));
  std::string path = (fs::path(folder_) / file_name(state.progress)).string();
  if (rank_ == 0) {
    save_checkpoint(path, {config_, data_, state, start_});
  } else {  // rank 0 may be in the middle of writing the same one
    const std::string own = fmt::format("{}.rank_{}", path, rank_);
    save_checkpoint(own, {config_, data_, state, start_});
    put_in_place(own, path);
  }
  {
    const std::lock_guard lock(known_->mutex);
    known_->path = path;
  }
  const std::vector<Found> all = find_all(folder_);
  for (auto i = static_cast<std::size_t>(config_.checkpoint.keep); i < all.size(); ++i)
    fs::remove(all[i].path, failure);
  return path;
}

std::optional<std::string> Checkpoints::newest_whole() const {
  for (const Found& found : find_all(folder_)) {
    try {
      hdf5::check_seal(found.path);
      return found.path;
    } catch (const DataError&) {  // --resume leaves it out, too
    }
  }
  return std::nullopt;
}

std::optional<std::string> Checkpoints::known() const {
  const std::lock_guard lock(known_->mutex);
  return known_->path;
}

void Checkpoints::clear_leftovers(const std::string& folder) {
  std::error_code failure;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename();
    EpochProgress at;
    if (std::sscanf(name.c_str(), "epoch_%ld_step_%ld", &at.epoch, &at.steps) == 2 &&
        name.starts_with(file_name(at) + ".") && entry.is_regular_file(failure))
      leftovers.push_back(entry.path());
  }
  for (const fs::path& path : leftovers) fs::remove(path, failure);
}

std::optional<Checkpoint> Checkpoints::newest(const std::string& folder, const Config& config,
                                              const Say& say) {
  const std::vector<Found> all = find_all(folder);
  std::optional<ReadError> unread;
  for (const Found& found : all) {
    try {
      Checkpoint checkpoint = load_checkpoint(found.path);
      require_same_results(checkpoint.config, config, found.path);
      return checkpoint;
    } catch (const ReadError& error) {
      say(LogLevel::warning, fmt::format("checkpoint left out: {}", error.what()));
      unread = error;
    } catch (const DataError& error) {
      say(LogLevel::warning, fmt::format("checkpoint left out: {}", error.what()));
    }
  }
  if (all.empty()) return std::nullopt;
  if (unread) throw ReadError(*unread);  // the run is there, and may be read another time
  throw DataError(fmt::format(
      "no checkpoint in {} is undamaged; to start from the beginning, --overwrite the run", folder));
}

}  // namespace jetrain
