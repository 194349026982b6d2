#include "app/score_files.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// The rows of `files` that a set of the model's config has; Set::none: all.
SelectedRows select(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                    const Communicator& comm) {
  const Config& config = stored.config;
  if (set == Set::none) return SelectedRows::everything(files, config, Set::test, comm);
  return SelectedRows({files, {set}}, {&config}, false, comm);
}

}  // namespace

ScoredSlice score_files(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                        const Communicator& comm) {
  comm.agree([&] {
    if (set != Set::none && sets_have_files(stored.config.data)) {
      throw UsageError(
          "this model was trained with split.method files: name the file of the set itself, without --split");
    }
  });
  choose_products(stored.model, comm);
  const SelectedRows rows = select(stored, files, set, comm);
  rows.require_labels();
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

void score_in_pieces(const StoredModel& stored, const std::vector<std::string>& files,
                     const std::function<void(std::int64_t most_rows)>& begin,
                     const std::function<void(const ScoredSlice& piece)>& take, const Communicator& comm) {
  const auto on_root = [&](const auto& work) {
    comm.agree([&] {
      if (comm.is_root()) work();
    });
  };
  choose_products(stored.model, comm);
  const SelectedRows all = select(stored, files, Set::none, comm);
  const std::int64_t rows = all.range().last;
  comm.agree([&] {
    if (rows == 0) throw DataError(fmt::format("no jets to score: {} has none", files.front()));
  });
  on_root([&] { begin(rows); });
  for (RowRange range; range.last < rows;) {
    range = {range.last, std::min(range.last + kPieceRows, rows)};
    const ScoredSlice piece = gather_scores(score_rows(stored.model, all, range, comm), comm);
    on_root([&] { take(piece); });
  }
}

}  // namespace jetrain
