#include "scores/score_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/out_of_memory.hpp"
#include "jetrain/error.hpp"
#include "scores/score_columns.hpp"

namespace jetrain {
namespace {

std::string ending_of(const std::string& path) {
  return std::filesystem::path(path).extension().string();
}

std::string place(const std::string& path, const ScoreColumns& columns, std::size_t i) {
  return columns.lines.empty() ? fmt::format("{}, row {}", path, i)
                               : fmt::format("{}, line {}", path, columns.lines[i]);
}

/// The columns as jets, which they must be.
ScoreSet checked(const std::string& path, const std::string& label_path, ScoreColumns columns) {
  if (columns.scores.size() != columns.labels.size()) {
    throw DataError(fmt::format("{} has {} scores, but {} labels{}", path, columns.scores.size(),
                                columns.labels.size(), label_path == path ? "" : " are in " + label_path));
  }
  if (columns.scores.empty()) throw DataError(fmt::format("{} has no scores", path));
  ScoreSet set{path, {}, {}, std::move(columns.rows)};
  set.labels.reserve(columns.labels.size());
  for (std::size_t i = 0; i < columns.scores.size(); ++i) {
    if (!std::isfinite(columns.scores[i])) {
      throw DataError(fmt::format("{}: the score is {}; every jet needs a finite one",
                                  place(path, columns, i),
                                  std::isnan(columns.scores[i]) ? "NaN" : "infinite"));
    }
    if (columns.labels[i] != 0 && columns.labels[i] != 1) {
      throw DataError(fmt::format("{}: the label is {}, but must be 0 (QCD) or 1 (top)",
                                  place(label_path, columns, i), columns.labels[i]));
    }
    set.labels.push_back(columns.labels[i] == 1 ? 1 : 0);
  }
  set.scores = std::move(columns.scores);
  return set;
}

}  // namespace

std::vector<ScoreSet> read_score_files(const std::vector<std::string>& files, const ScoreNames& names) {
  std::vector<ScoreSet> sets;
  const auto read = [&](std::size_t& i) {
    const std::string& path = files[i];
    const std::string ending = ending_of(path);
    if (ending == ".npy") {
      if (i + 1 == files.size() || ending_of(files[i + 1]) != ".npy") {
        throw UsageError(
            fmt::format("{}: name the .npy file of its labels behind it, as scores.npy labels.npy", path));
      }
      const std::string& labels = files[++i];
      sets.push_back(checked(path, labels, {read_npy_column(path), read_npy_column(labels), {}, {}}));
    } else if (ending == ".csv" || ending == ".txt") {
      sets.push_back(checked(path, path, read_score_csv(path, names)));
    } else if (ending == ".h5" || ending == ".hdf5") {
      sets.push_back(checked(path, path, read_score_hdf5(path, names)));
    } else {
      throw UsageError(
          fmt::format("{}: scores are read from .h5, .hdf5, .csv, .txt and .npy files; rename it", path));
    }
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string purpose = "the scores of " + files[i];
    memory_for(purpose.c_str(), [&] { read(i); });
  }
  return sets;
}

}  // namespace jetrain
