#include "app/score_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "dataset/data_files.hpp"
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
  require_same_files(files_of(config.data, set), files, fmt::format("--split {}", set));
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
  require_weights(rows.source());
  ScoredSlice scored = gather_scores(score_rows(stored.model, rows, rows.range(), comm), comm);
  comm.agree([&] {
    if (comm.is_root() && scored.rows.empty()) {
      throw DataError(fmt::format("no jets to score: {}{} has none",
                                  set == Set::none ? "" : fmt::format("{} set of ", set),
                                  files.front() + (files.size() > 1 ? ", ..." : "")));
    }
    const double sum = std::accumulate(scored.weights.begin(), scored.weights.end(), 0.0);
    if (!scored.weights.empty() && !(sum > 0)) {
      throw DataError(
          fmt::format("{}: the weights of the {} jets sum to {:g}, so that no figure is a share of them: "
                      "they must sum to "
                      "more than 0",
                      files.front() + (files.size() > 1 ? ", ..." : ""), scored.rows.size(), sum));
    }
  });
  return scored;
}

void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files, Set set, bool weights,
                     const std::function<void(std::int64_t most_rows, const RowSource& rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm) {
  const auto on_root = [&](const auto& work) {
    comm.agree([&] {
      if (comm.is_root()) work();
    });
  };
  choose_products(stored.model, comm);
  Config config = stored.config;
  if (!weights) config.data.weights = "none";
  const SelectedRows all = select_rows(config, files, set, comm);
  require_weights(all.source());
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
