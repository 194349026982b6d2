#include "app/score_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dataset/unsaid_rows.hpp"
#include "jetrain/error.hpp"
#include "row_kernels/product_choice.hpp"

namespace jetrain {
namespace {

/// Rows scored between two writes, on all ranks together: little memory, but dozens of windows.
constexpr std::int64_t kPieceRows = std::int64_t{1} << 18;

/// Who computes the products of sets: each rank chooses for itself, before it reads and before threads work.
void choose_products(const Model& model, const Communicator& comm) {
  if (model.input().shape.has_rows()) comm.agree([] { static_cast<void>(kernels::products()); });
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// A set's rows are counted over all files, from the first on: with others, they would be other rows.
void require_same_files(const std::vector<std::string>& trained, const std::vector<std::string>& files,
                        Set set) {
  std::string all;
  bool same_order = true;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    all += " " + file_name(trained[i]);
    same_order = same_order && i < files.size() && file_name(files[i]) == file_name(trained[i]);
  }
  const bool same_names = std::is_permutation(
      trained.begin(), trained.end(), files.begin(), files.end(),
      [](const std::string& a, const std::string& b) { return file_name(a) == file_name(b); });
  if (files.size() == trained.size() && (same_order || !same_names)) return;
  throw UsageError(fmt::format(
      "--split {}: the model's split counts the rows of {} files one after another: name all of them, "
      "in this order:{}",
      set, trained.size(), all));
}

}  // namespace

void require_known_set(const std::string& model, const Config& config, const std::vector<std::string>& files,
                       Set set) {
  if (!have_files_together(config.data, set)) {
    throw UsageError(
        "this model was trained with split.method files: name the file of the set itself, without --split");
  }
  for (const std::string& key : unsaid_rows(model, config)) {
    if (set != Set::train && key.starts_with("data.limit")) continue;
    throw UsageError(fmt::format(
        "--split {}: {} is of a study that an older jetrain made, and does not say which jets it was "
        "trained on ({}): name files that the study did not read, without --split, or run the study "
        "anew",
        set, model, key));
  }
  require_same_files(files_of(config.data, set), files, set);
}

std::string training_note(const Config& config, const std::vector<std::string>& files, Set set) {
  if (set != Set::none) return "";
  const std::vector<std::string> trained = files_of(config.data, Set::train);
  for (const std::string& file : files) {
    const bool is_trained_on = std::any_of(trained.begin(), trained.end(), [&](const std::string& other) {
      std::error_code absent;
      return std::filesystem::equivalent(file, other, absent);
    });
    if (!is_trained_on) continue;
    return fmt::format("note: {} is a file that this model was trained on: {}", file,
                       have_files_together(config.data, Set::validation)
                           ? "--split validation takes what did not train"
                           : "only others show how good it is");
  }
  return "";
}

SelectedRows select_rows(const Config& config, const std::vector<std::string>& files, Set set,
                         const Communicator& comm) {
  if (set == Set::none) return SelectedRows::everything(files, config, Set::test, comm);
  return SelectedRows({files, {set}}, {&config}, false, comm);
}

ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                        const Communicator& comm) {
  choose_products(stored.model, comm);
  const SelectedRows rows = select_rows(stored.config, files, set, comm);
  require_labels(rows.source(), "evaluate");
  ScoredSlice scored = gather_scores(score_rows(stored.model, rows, rows.range(), comm), comm);
  comm.agree([&] {
    if (comm.is_root() && scored.rows.empty()) {
      throw DataError(fmt::format("no jets to score: {}{} has none",
                                  set == Set::none ? "" : fmt::format("{} set of ", set),
                                  files.front() + (files.size() > 1 ? ", ..." : "")));
    }
  });
  return scored;
}

void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                     const std::function<void(std::int64_t most_rows, const RowSource& rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm) {
  const auto on_root = [&](const auto& work) {
    comm.agree([&] {
      if (comm.is_root()) work();
    });
  };
  choose_products(stored.model, comm);
  Config config = stored.config;
  config.data.weights = "none";  // predictions need none
  const SelectedRows all = select_rows(config, files, set, comm);
  const std::int64_t rows = all.range().last;
  comm.agree([&] {
    if (rows == 0) throw DataError(fmt::format("no jets to score: {} has none", files.front()));
  });
  on_root([&] { begin(rows, all.source()); });
  for (RowRange range; range.last < rows;) {
    range = {range.last, std::min(range.last + kPieceRows, rows)};
    const ScoredSlice piece = gather_scores(score_rows(stored.model, all, range, comm), comm);
    on_root([&] { take(piece); });
  }
}

}  // namespace jetrain
