#pragma once

/// \file
/// What `inspect` finds in a file's jets: how often each label stands there, and the physics of the first
/// ones.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "jets/constituent_set.hpp"
#include "layouts/jet_source.hpp"

namespace jetrain {

/// How often each label, and each set, stands in a file.
struct LabelCounts {
  std::array<std::int64_t, 256> classes{};
  std::int64_t no_class = 0;
  std::array<std::int64_t, 3> sets{};  ///< by Ttv
  std::int64_t no_set = 0;
};

/// Of all rows; all ranks read. Collective.
LabelCounts count_labels(const JetSource& source, const Communicator& comm);

/// One jet as the sum of its constituents; GeV, pseudorapidity.
struct JetSummary {
  int label = -1;  ///< its class; -1: none
  bool finite = true;
  bool ordered = true;            ///< constituents descend in pT
  bool padded_otherwise = false;  ///< than by zeros behind the last constituent
  std::int64_t constituents = 0;
  double pt = 0;
  double mass = 0;
  double eta = 0;
  ReadingNotes notes;
};

/// Of the first thousand rows, on rank 0. Collective.
std::vector<JetSummary> first_jets(const JetSource& source, const Communicator& comm);

struct NamedClass {
  std::uint8_t label = 0;
  std::string name;
};

/// Means, medians, of each of `classes` (none: of all jets), and what is unusual.
void print_physics(const std::vector<JetSummary>& jets, const std::vector<NamedClass>& classes);

}  // namespace jetrain
