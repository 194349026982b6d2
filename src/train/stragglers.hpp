#pragma once

/// \file
/// Finds the ranks that all others wait for: a processor that is throttled or shared, a node with a failing
/// disk or memory. In synchronous training one slow rank slows down all.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/record.hpp"

namespace jetrain {

/// A rank that took much longer than the median rank for the same work.
struct Straggler {
  std::int64_t epoch = 0;  ///< 0: before the first
  int rank = 0;
  std::string host;
  std::string phase;
  double seconds = 0;       ///< that it took
  double factor = 0;        ///< its time for a unit of work, divided by the median rank's
  std::int64_t others = 0;  ///< so many more were slow in this phase, but less, and are not named

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("epoch", s.epoch);
    visit("rank", s.rank);
    visit("host", s.host);
    visit("phase", s.phase);
    visit("seconds", s.seconds);
    visit("factor", s.factor);
    visit("others", s.others, {.omit_default = true});
  }
};

std::string describe(const Straggler& straggler);

/// One rank's own time in a phase, without waiting for others, and how much it did in it (leaves, steps,
/// rows: any unit, the same on all ranks).
struct OwnTime {
  std::string phase;
  double seconds = 0;
  double work = 0;
};

class StragglerWatch {
 public:
  /// A rank is named where it takes more than `factor` times the median rank's time for a unit of work, and
  /// by that more than a twentieth of a second; 0: never. Of two ranks, the faster is the median. Collective.
  StragglerWatch(double factor, const Communicator& comm);

  /// The slowest four of each phase. All ranks give the same phases; a rank without work in one is left out
  /// of it. Known on rank 0, empty elsewhere. Collective.
  std::vector<Straggler> look(std::int64_t epoch, const std::vector<OwnTime>& mine) const;

 private:
  double factor_;
  const Communicator& comm_;
  std::vector<std::string> hosts_;  ///< by rank, on rank 0
};

}  // namespace jetrain
