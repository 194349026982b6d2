#pragma once

/// \file
/// What the rows of one file say of jets: constituents, class, set. Which columns hold that, data.preset and
/// data.jets say (config/jet_presets.hpp); where those stand, FileColumns.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/jet_presets.hpp"
#include "jets/momenta.hpp"
#include "layouts/file_columns.hpp"
#include "layouts/row_reader.hpp"

namespace jetrain {

class JetColumns {
 public:
  /// Looks the columns up; to be called by FileColumns::together. DataError where a momentum's column is
  /// missing, with what the file holds and which preset fits it; where shapes do not go together.
  JetColumns(FileColumns& file, const JetMapping& mapping);

  /// The datasets that rows are to be read of.
  const std::vector<std::size_t>& arrays() const noexcept { return arrays_; }
  /// Places for constituents in each row.
  std::int64_t places() const noexcept { return places_; }

  /// (places, 4): E, px, py, pz in GeV, as MomentumMaker gives them; a view of the row where they stand in it
  /// so, else of `room`. What `mask` or `count` leave out is zeros. Empty where `mask` is NaN, or `count` no
  /// number of places.
  std::span<const float> constituents(const RawRows& rows, std::int64_t i, std::vector<float>& room) const;

  /// (places, n), by the same places: what data.jets.constituent_columns names, in that order; also where
  /// there is padding.
  void constituent_values(const RawRows& rows, std::int64_t i, std::vector<float>& values) const;

  bool has_label() const noexcept { return file_label_ || !label_.empty(); }
  /// The class: a whole number from 0 to 255, or the place of a single 1 among zeros; nothing where it is
  /// neither.
  std::optional<std::uint8_t> label(const RawRows& rows, std::int64_t i) const;
  /// What stands there, for messages: "label is_signal_new is 2".
  std::string label_text(const RawRows& rows, std::int64_t i) const;
  /// Why there is none, and what to do: "FILE has no label ...".
  const std::string& missing_labels() const noexcept { return missing_labels_; }

  bool has_set() const noexcept { return set_.has_value(); }
  /// What the column of sets says; -1 where that is no whole number, 0 where there is no such column.
  std::int64_t set(const RawRows& rows, std::int64_t i) const;
  /// Why there is none.
  const std::string& missing_sets() const noexcept { return missing_sets_; }

  /// How much the jet counts (data.weights); 1 where the file has no such column.
  double weight(const RawRows& rows, std::int64_t i) const {
    return weight_ ? rows.number(*weight_, i) : 1.0;
  }
  /// Why weights that data.weights names are not there; "" where none are named.
  const std::string& missing_weights() const noexcept { return missing_weights_; }

  /// What is to be said once of how the file is read, in sentences that name it.
  const std::vector<std::string>& doubts() const noexcept { return doubts_; }

  /// What data.jets.jet_columns names, in that order; as many as it names.
  void jet_values(const RawRows& rows, std::int64_t i, std::span<float> values) const;

  /// What was found and how it is read, a line each, for people: ("momenta", "E_*, ... GeV").
  std::vector<std::pair<std::string, std::string>> description() const;

 private:
  /// The runs of one quantity, of each of n places.
  using Column = std::vector<PlaceRun>;

  void find_momenta(FileColumns& file, const JetMapping& mapping);
  void find_axis(FileColumns& file, const JetAxisConfig& axis);
  void find_label(FileColumns& file, const JetMapping& mapping);
  void find_set(FileColumns& file, const JetMapping& mapping);
  void find_weight(FileColumns& file, const JetMapping& mapping);
  void find_jet_columns(FileColumns& file, const std::vector<std::string>& references);
  void find_constituent_columns(FileColumns& file, const std::vector<std::string>& references);
  Found one_number(FileColumns& file, const std::string& key, const std::string& reference);
  /// As many as there are of momenta.
  void require_places(const Found& found) const;
  void use(const Found& found);

  std::span<const float> direct(const RawRows& rows, std::int64_t i) const;
  /// The first `count` numbers of a column.
  void read_column(const RawRows& rows, std::int64_t i, const Column& column, std::size_t count,
                   double* to) const;
  /// Sets to zero what the mask, or the count, leaves out; false where the mask or the count is impossible.
  bool leave_out(const RawRows& rows, std::int64_t i, std::span<float> momenta) const;

  JetMapping mapping_;
  MomentumMaker momenta_;
  std::int64_t places_ = 0;
  std::string momenta_name_;  ///< of the first of their columns, for messages
  std::vector<std::size_t> arrays_;
  std::vector<Column> columns_;
  std::optional<NumberPlace> direct_;  ///< of the first float, where all stand in the row as they are wanted
  std::optional<NumberPlace> axis_[4];
  std::vector<Column> further_;  ///< of constituents
  std::optional<Column> mask_;
  std::optional<NumberPlace> count_;
  std::vector<NumberPlace> label_;  ///< one number, or one-hot
  std::optional<std::uint8_t> file_label_;
  std::optional<NumberPlace> set_;
  std::optional<NumberPlace> weight_;
  std::vector<NumberPlace> jet_places_;
  std::string label_name_;
  std::string missing_labels_;
  std::string missing_sets_;
  std::string missing_weights_;
  std::vector<std::string> doubts_;
  std::vector<std::pair<std::string, std::string>> found_;
};

/// The first preset whose columns of momenta the file has; nothing where none fits. As the constructor.
std::optional<JetPreset> fitting_preset(FileColumns& file);

}  // namespace jetrain
