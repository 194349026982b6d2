#pragma once

/// \file
/// Which rows of the files belong to which set.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "layouts/jet_source.hpp"

namespace jetrain {

/// "train", "validation", "test", "all"; the words of `evaluate --split`.
Set parse_set(const std::string& word);
const char* set_name(Set set);

/// What a selection wants to know of rows that are not jets.
struct RowLabels {
  std::int64_t rows = 0;
  std::string name;  ///< of the first file, for messages
  /// The classes of the first rows, kNoLabel where a row is bad. Collective.
  std::function<std::vector<std::uint8_t>(std::int64_t rows)> first_labels;
};
inline constexpr std::uint8_t kNoLabel = 255;
RowLabels row_labels(const JetSource& source, const Communicator& comm);

/// A rule that gives each global row its set; the same on every rank.
class Selection {
 public:
  /// Every row of `rows` belongs to `set`.
  static Selection everything(std::int64_t rows, Set set);
  /// The split that the config describes, after the config's limit. Collective where the limit is `balanced`,
  /// which reads labels; `source` holds the files of the config.
  static Selection from_config(const Config& config, const RowLabels& rows);
  static Selection from_config(const Config& config, const JetSource& source, const Communicator& comm);
  /// All rows of `source` within `limit` belong to `set` (split.method files).
  static Selection limited(const LimitConfig& limit, Set set, const RowLabels& rows);
  static Selection limited(const LimitConfig& limit, Set set, const JetSource& source,
                           const Communicator& comm);

  /// The rows to be read; all others belong to no set.
  RowRange range() const noexcept { return {0, rows_}; }
  Set set_of(std::int64_t row, std::int64_t ttv) const;

 private:
  std::int64_t rows_ = 0;
  bool by_ttv_ = false;
  std::vector<bool> kept_;  ///< empty: all of range(); else one entry a row
  std::vector<Set> sets_;   ///< one entry a row, unless all rows have `only_` or the ttv column decides
  Set only_ = Set::none;
};

}  // namespace jetrain
