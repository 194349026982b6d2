#pragma once

/// \file
/// From the places of a jet in a file to its constituents, as a set.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jets/image.hpp"

namespace jetrain {

/// Floats of a momentum: E, px, py, pz in GeV.
inline constexpr std::int64_t kMomentumColumns = 4;

/// What else is known of places: (n, count), by their numbers.
struct PlaceColumns {
  std::span<const float> values;
  std::int64_t count = 0;
};

/// What was found, and mended, while jets were read; to be said once.
struct ReadingNotes {
  std::int64_t jets = 0;
  std::int64_t padding = 0;              ///< places without a constituent
  std::int64_t other_padding = 0;        ///< those of them that are not zeros behind the last constituent
  std::int64_t unsorted = 0;             ///< jets whose constituents did not descend in pT
  std::int64_t empty = 0;                ///< jets without any constituent, which stay
  std::int64_t impossible = 0;           ///< jets whose leading constituent's E does not fit its momentum
  std::int64_t hard = 0;                 ///< those whose leading constituent has a pT of TeV
  std::int64_t soft = 0;                 ///< those whose leading constituent has a pT of MeV
  std::int64_t of_no_set = 0;            ///< rows whose column of sets names none
  std::vector<std::string> doubts = {};  ///< of how files were read, the same on all ranks

  void add(const ReadingNotes& other);
};

/// What the leading constituent of `constituents` (n, 4) tells of the columns and the unit that momenta are
/// read by, added to `notes`.
void look_at_leading(std::span<const float> constituents, ReadingNotes& notes);

struct InOrder {
  bool in_order = false;
  std::int64_t used = 0;     ///< places, behind which there are zeros only
  std::int64_t padding = 0;  ///< the places behind
};

/// Whether `places` (n, 4) stand as files are published: constituents by falling pT, energies above 0, zeros
/// behind the last one and nowhere else. Float32 momenta fix pT to about 1e-7: what is equal to 1e-6 may
/// stand either way. Quick: most files are so, and then nothing is to be done.
InOrder stand_in_order(std::span<const float> places);

/// A place of a file, (4): E, px, py, pz in GeV, is padding where its energy is not above 0 (zeros, -999) or
/// all four are NaN; wherever it stands it is left out. `places` (n, 4) without it, by falling pT (what is
/// equal in order), each with its `columns` behind the momentum, become `constituents`, (n, 4 +
/// columns.count), and `sum` their momenta's sum over all, added in double from the leading one on. What was
/// found is added to `notes`, as of one jet; it was unsorted where it did not descend to 1e-6, as above.
/// `not_finite` where a momentum, or the sum, is.
RowStatus collect_constituents(std::span<const float> places, std::vector<float>& constituents,
                               std::array<float, 4>& sum, ReadingNotes& notes,
                               const PlaceColumns& columns = {});

/// Brings `constituents` (n, width), E, px, py, pz first, into the order of falling pT; false where they were
/// in it.
bool sort_by_pt(std::vector<float>& constituents, std::int64_t width);

}  // namespace jetrain
