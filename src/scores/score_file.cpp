#include "scores/score_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

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

std::string not_finite(double value) {
  return std::isnan(value) ? "NaN" : "infinite";
}

/// The label of row i of `classes` classes; of two columns the last, of more a single 1.
std::uint8_t label_of(const std::string& path, const ScoreColumns& columns, std::size_t i,
                      std::size_t classes) {
  const std::size_t width = columns.labels.columns;
  const double* row = columns.labels.values.data() + i * width;
  double label = row[width - 1];
  if (width > 2) {
    const double* hot = std::find(row, row + width, 1.0);
    if (width != classes || hot == row + width ||
        std::count(row, row + width, 0.0) != static_cast<std::ptrdiff_t>(width - 1)) {
      throw DataError(fmt::format("{}: its {} labels are not one-hot of {} classes", place(path, columns, i),
                                  width, classes));
    }
    label = static_cast<double>(hot - row);
  }
  if (classes == 2 && label != 0 && label != 1) {
    throw DataError(
        fmt::format("{}: the label is {}, but must be 0 (QCD) or 1 (top); of more classes there is a column "
                    "of scores for each (--score names them)",
                    place(path, columns, i), label));
  }
  if (!(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label))) {
    throw DataError(fmt::format("{}: the label is {}, but there are scores of {} classes, 0 to {}",
                                place(path, columns, i), label, classes, classes - 1));
  }
  return static_cast<std::uint8_t>(label);
}

/// Names of K columns: those that were asked for, those of the file, or numbers.
std::vector<std::string> class_names_of(const std::string& path, const ScoreColumns& columns,
                                        const ScoreNames& names) {
  const std::size_t classes = columns.scores.columns;
  if (!names.classes.empty() && names.classes.size() != classes)
    throw UsageError(fmt::format("--classes names {} classes, but {} has scores of {}", names.classes.size(),
                                 path, classes));
  if (!names.classes.empty()) return names.classes;
  std::vector<std::string> found = columns.classes;
  if (found.size() != classes) {
    found.clear();
    for (std::size_t k = 0; k < classes; ++k) found.push_back(std::to_string(k));
  }
  for (std::string& name : found) {
    if (name.find_first_not_of("0123456789") == std::string::npos) name = "class " + name;
  }
  return found;
}

/// The class whose output is `of_signal` in every row; the last, where none is.
std::int64_t class_of_signal(const ScoreColumns& columns) {
  const std::vector<double>& outputs = columns.scores.values;
  const std::size_t width = columns.scores.columns;
  const auto is_it = [&](std::size_t k) {
    for (std::size_t i = 0; i < columns.of_signal.size(); ++i) {
      if (outputs[i * width + k] != columns.of_signal[i]) return false;
    }
    return true;
  };
  std::size_t k = width;
  while (columns.of_signal.size() == columns.scores.rows() && k > 0) {
    if (is_it(--k)) return static_cast<std::int64_t>(k);
  }
  return static_cast<std::int64_t>(width) - 1;
}

std::int64_t signal_of(const ScoreColumns& columns, const std::vector<std::string>& classes,
                       const ScoreNames& names) {
  if (names.signal.empty()) return class_of_signal(columns);
  const auto found = std::find(classes.begin(), classes.end(), names.signal);
  if (found == classes.end())
    throw UsageError(
        fmt::format("--signal {}: is none of the classes ({})", names.signal, fmt::join(classes, ", ")));
  return found - classes.begin();
}

/// Of K classes, outputs that can be probabilities; their ratios are taken.
void take_outputs(const std::string& path, const ScoreColumns& columns, const ScoreNames& names,
                  ScoreSet& set) {
  const NumberTable& scores = columns.scores;
  set.classes = class_names_of(path, columns, names);
  set.signal = signal_of(columns, set.classes, names);
  set.scores.clear();
  for (std::size_t i = 0; i < scores.rows(); ++i) {
    for (std::size_t k = 0; k < scores.columns; ++k) {
      const double value = scores.values[i * scores.columns + k];
      if (value < 0 || value > 1)
        throw DataError(
            fmt::format("{}: the score {} is no probability, as the figures of {} classes need them "
                        "(p_S / (p_S + p_B)): take the softmax of logits",
                        place(path, columns, i), value, scores.columns));
    }
    set.scores.push_back(scores.values[i * scores.columns + static_cast<std::size_t>(set.signal)]);
  }
  set.outputs = scores.values;
}

void require_weights(const std::string& path, const ScoreColumns& columns, std::size_t rows) {
  if (columns.weights.empty()) return;
  if (columns.weights.size() != rows)
    throw DataError(fmt::format("{} has {} scores, but {} weights", path, rows, columns.weights.size()));
  for (std::size_t i = 0; i < rows; ++i) {
    if (!std::isfinite(columns.weights[i]))
      throw DataError(
          fmt::format("{}: the weight is {}", place(path, columns, i), not_finite(columns.weights[i])));
  }
  if (!(std::accumulate(columns.weights.begin(), columns.weights.end(), 0.0) > 0))
    throw DataError(fmt::format("{}: the weights sum to nothing above 0", path));
}

/// The columns as jets, which they must be.
ScoreSet checked(const std::string& path, const std::string& label_path, ScoreColumns columns,
                 const ScoreNames& names) {
  NumberTable& scores = columns.scores;
  const std::size_t rows = scores.rows();
  if (rows != columns.labels.rows()) {
    throw DataError(fmt::format("{} has {} scores, but {} labels{}", path, rows, columns.labels.rows(),
                                label_path == path ? "" : " are in " + label_path));
  }
  if (rows == 0) throw DataError(fmt::format("{} has no scores", path));
  const std::size_t classes = std::max<std::size_t>(2, scores.columns);
  if (scores.columns == 2) {  // the top's
    std::vector<double> last;
    for (std::size_t i = 0; i < rows; ++i) last.push_back(scores.values[2 * i + 1]);
    scores = {std::move(last), 1};
  }
  ScoreSet set;
  set.name = path;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < scores.columns; ++k) {
      const double value = scores.values[i * scores.columns + k];
      if (!std::isfinite(value))
        throw DataError(fmt::format("{}: the score is {}; every jet needs a finite one",
                                    place(path, columns, i), not_finite(value)));
    }
    set.labels.push_back(label_of(label_path, columns, i, classes));
  }
  require_weights(path, columns, rows);
  if (classes > 2)
    take_outputs(path, columns, names, set);
  else
    set.scores = std::move(scores.values);
  set.weights = std::move(columns.weights);
  set.rows = std::move(columns.rows);
  return set;
}

/// What to do with a file whose kind is known, but not read here.
[[noreturn]] void refuse_kind(const std::string& path, const std::string& ending) {
  const std::string read = "scores are read from .h5, .hdf5, .csv, .txt, .npz and .npy files";
  const auto convert = [&](const std::string& by) {
    throw UsageError(fmt::format("{}: {}; convert it in Python, as {}", path, read, by));
  };
  if (ending == ".root")
    convert(
        fmt::format("uproot.open(\"{}\")[TREE].arrays(COLUMNS, library=\"pd\").to_csv(\"scores.csv\"), and "
                    "name the columns with --score and --label",
                    path));
  if (ending == ".parquet") convert(fmt::format("pandas.read_parquet(\"{}\").to_csv(\"scores.csv\")", path));
  if (ending == ".pkl" || ending == ".pickle")
    convert(
        fmt::format("numpy.savez(\"scores.npz\", score=..., label=...) of what pickle, or "
                    "pandas.read_pickle(\"{}\"), gives",
                    path));
  throw UsageError(fmt::format("{}: {}; if it is one of these, give it that ending", path, read));
}

}  // namespace

std::vector<ScoreSet> read_score_files(const std::vector<std::string>& files, const ScoreNames& names) {
  std::vector<ScoreSet> sets;
  const auto read = [&](std::size_t& i) {
    const std::string& path = files[i];
    const std::string ending = ending_of(path);
    const auto take = [&](ScoreColumns columns) {
      sets.push_back(checked(path, path, std::move(columns), names));
    };
    if (ending == ".npy") {
      if (i + 1 == files.size() || ending_of(files[i + 1]) != ".npy") {
        throw UsageError(
            fmt::format("{}: name the .npy file of its labels behind it, as scores.npy labels.npy", path));
      }
      const std::string& labels = files[++i];
      sets.push_back(checked(path, labels, read_score_npy(path, labels, names), names));
    } else if (ending == ".npz") {
      take(read_score_npz(path, names));
    } else if (ending == ".csv" || ending == ".txt") {
      take(read_score_csv(path, names));
    } else if (ending == ".h5" || ending == ".hdf5") {
      take(read_score_hdf5(path, names));
    } else {
      refuse_kind(path, ending);
    }
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string purpose = "the scores of " + files[i];
    memory_for(purpose.c_str(), [&] { read(i); });
  }
  return sets;
}

bool leaves_probabilities(const ScoreSet& set) {
  return !std::all_of(set.scores.begin(), set.scores.end(),
                      [](double score) { return score >= 0 && score <= 1; });
}

std::string difference_of_jets(const ScoreSet& first, const ScoreSet& other) {
  if (first.labels.size() != other.labels.size())
    return fmt::format("they have {} and {}", first.labels.size(), other.labels.size());
  if (!first.rows.empty() && !other.rows.empty() && first.rows != other.rows)
    return "their row numbers differ";
  return first.labels == other.labels ? "" : "their labels differ";
}

}  // namespace jetrain
