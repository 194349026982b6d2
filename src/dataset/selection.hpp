#pragma once

/// \file
/// Which rows of the files belong to which set.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/row_source.hpp"

namespace jetrain {

/// "train", "validation", "test", "all"; the words of `evaluate --split`.
Set parse_set(const std::string& word);
const char* set_name(Set set);

/// A rule that gives each global row its set; the same on every rank.
class Selection {
 public:
  /// Every row of `rows` belongs to `set`.
  static Selection everything(std::int64_t rows, Set set);
  /// The split that the config describes, after the config's limit: then its fold, and its part of the
  /// training jets. Where the limit is `balanced`, labels are read; where jets are drawn, what is not known
  /// without reading: a ttv column, and which rows are bad and left out. Collective.
  static Selection from_config(const Config& config, const RowSource& rows, const Communicator& comm);
  /// All of `rows` within the limit belong to `set` (split.method files), before the same draws: with folds,
  /// `rows` are those of training and validation. Collective.
  static Selection of_files(const Config& config, Set set, const RowSource& rows, const Communicator& comm);

  /// The rows to be read; all others belong to no set.
  RowRange range() const noexcept { return {0, rows_}; }
  Set set_of(std::int64_t row, std::int64_t ttv) const;

 private:
  /// A row's set, and whether it becomes a sample, as far as it matters.
  struct Drawable {
    Set set = Set::none;
    bool usable = true;
  };
  static Selection limited(const DataConfig& data, Set set, const RowSource& rows, const Communicator& comm);
  static Selection before_draws(const Config& config, const RowSource& rows, const Communicator& comm);
  std::vector<Drawable> drawable_rows(const Config& config, const RowSource& rows,
                                      const Communicator& comm) const;
  void draw(const Config& config, const RowSource& rows, const Communicator& comm);

  std::int64_t rows_ = 0;
  bool by_ttv_ = false;
  std::vector<bool> kept_;  ///< empty: all of range(); else one entry a row
  std::vector<Set> sets_;   ///< one entry a row, unless all rows have `only_` or the ttv column decides
  Set only_ = Set::none;
};

}  // namespace jetrain
