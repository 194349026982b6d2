// Scores, labels and weights as the arrays of one .npz file.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "io/zip_archive.hpp"
#include "jetrain/error.hpp"
#include "scores/score_columns.hpp"

namespace jetrain {
namespace {

/// The arrays by their names, without the ending that NumPy gives them in the archive.
class Arrays {
 public:
  explicit Arrays(const std::string& path) : path_(path) {
    for (auto& [member, bytes] : unzip(path)) {
      constexpr std::string_view kEnding = ".npy";
      const bool ends = member.ends_with(kEnding);
      bytes_[ends ? member.substr(0, member.size() - kEnding.size()) : member] = std::move(bytes);
    }
  }

  bool has(const std::string& name) const { return bytes_.contains(name); }
  NumberTable read(const std::string& name, const std::string& advice) const {
    const auto found = bytes_.find(name);
    if (found != bytes_.end()) return npy_table(fmt::format("{}:{}", path_, name), found->second);
    std::vector<std::string> names;
    for (const auto& [known, bytes] : bytes_) names.push_back(known);
    throw DataError(
        fmt::format("{} has no array {}: {} (it has: {})", path_, name, advice, fmt::join(names, ", ")));
  }
  /// The array `row`, where it can be the rows' numbers; else none.
  std::vector<std::int64_t> row_numbers(std::size_t count) const {
    if (!has("row")) return {};
    NumberTable table;
    try {
      table = read("row", "");
    } catch (const DataError&) {  // is called so, but is something else
      return {};
    }
    std::vector<std::int64_t> rows;
    for (const double row : table.values) {
      if (!(std::abs(row) < 0x1p53)) return {};
      rows.push_back(std::llround(row));
    }
    return table.columns == 1 && rows.size() == count ? rows : std::vector<std::int64_t>();
  }

 private:
  std::string path_;
  std::map<std::string, std::string> bytes_;
};

}  // namespace

ScoreColumns read_score_npz(const std::string& path, const ScoreNames& names) {
  const Arrays arrays(path);
  const std::vector<std::string> scores =
      arrays.has(names.score) ? std::vector{names.score} : listed(names.score);
  const std::string advice = naming_advice(names, "--score and --label");
  ScoreColumns columns;
  std::vector<NumberTable> tables;
  for (const std::string& name : scores) tables.push_back(arrays.read(name, advice));
  columns.scores = side_by_side(path, tables);
  if (scores.size() > 1) columns.classes = scores;
  columns.labels = arrays.read(names.label, advice);
  if (!names.weight.empty())
    columns.weights = arrays.read(names.weight, naming_advice(names, "--weight")).values;
  columns.rows = arrays.row_numbers(columns.scores.rows());
  return columns;
}

}  // namespace jetrain
