#pragma once

/// \file
/// What the rows of one file say of jets: constituents, class, set. Which columns hold that,
/// layouts/found_columns.hpp finds.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jets/momenta.hpp"
#include "layouts/found_columns.hpp"
#include "layouts/row_reader.hpp"

namespace jetrain {

class JetColumns {
 public:
  /// Looks the columns up, as find_columns.
  JetColumns(FileColumns& file, const JetMapping& mapping);

  /// The datasets that rows are to be read of.
  const std::vector<std::size_t>& arrays() const noexcept { return found_.arrays; }
  /// Places for constituents in each row.
  std::int64_t places() const noexcept { return found_.places; }

  /// (places, 4): E, px, py, pz in GeV, as MomentumMaker gives them; a view of the row where they stand in it
  /// so, else of `room`. What `mask` or `count` leave out is zeros. Empty where `mask` is NaN, or `count` no
  /// number of places.
  std::span<const float> constituents(const RawRows& rows, std::int64_t i, std::vector<float>& room) const;

  /// (places, n), by the same places: what data.jets.constituent_columns names, in that order; also where
  /// there is padding.
  void constituent_values(const RawRows& rows, std::int64_t i, std::vector<float>& values) const;

  bool has_label() const noexcept { return found_.file_label || !found_.label.empty(); }
  /// The class: a whole number from 0 to 255, or the place of a single 1 among zeros; nothing where it is
  /// neither.
  std::optional<std::uint8_t> label(const RawRows& rows, std::int64_t i) const;
  /// What stands there, for messages: "label is_signal_new is 2".
  std::string label_text(const RawRows& rows, std::int64_t i) const;
  /// Why there is none, and what to do: "FILE has no label ...".
  const std::string& missing_labels() const noexcept { return found_.missing_labels; }

  bool has_set() const noexcept { return found_.set.has_value(); }
  /// What the column of sets says; -1 where that is no whole number, 0 where there is no such column.
  std::int64_t set(const RawRows& rows, std::int64_t i) const;
  /// Why there is none.
  const std::string& missing_sets() const noexcept { return found_.missing_sets; }

  /// How much the jet counts (data.weights); 1 where the file has no such column.
  double weight(const RawRows& rows, std::int64_t i) const {
    return found_.weight ? rows.number(*found_.weight, i) : 1.0;
  }
  /// Why weights that data.weights names are not there; "" where none are named.
  const std::string& missing_weights() const noexcept { return found_.missing_weights; }

  /// What is to be said once of how the file is read, in sentences that name it.
  const std::vector<std::string>& doubts() const noexcept { return found_.doubts; }

  /// What data.jets.jet_columns names, in that order; as many as it names.
  void jet_values(const RawRows& rows, std::int64_t i, std::span<float> values) const;

  /// What was found and how it is read, a line each, for people: ("momenta", "E_*, ... GeV").
  const std::vector<std::pair<std::string, std::string>>& description() const noexcept {
    return found_.description;
  }

 private:
  using Column = FoundColumns::Column;

  std::span<const float> direct(const RawRows& rows, std::int64_t i) const;
  /// The first `count` numbers of a column.
  void read_column(const RawRows& rows, std::int64_t i, const Column& column, std::size_t count,
                   double* to) const;
  /// Sets to zero what the mask, or the count, leaves out; false where the mask or the count is impossible.
  bool leave_out(const RawRows& rows, std::int64_t i, std::span<float> momenta) const;

  FoundColumns found_;
  MomentumMaker momenta_;
};

}  // namespace jetrain
