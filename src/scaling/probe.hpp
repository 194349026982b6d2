#pragma once

/// \file
/// What messages between the ranks of a scaling study's point take, measured by themselves: what the
/// performance model (model.hpp) is fitted to beside whole epochs.

#include <cstdint>
#include <map>

#include "comm/communicator.hpp"
#include "comm/rank_sum.hpp"
#include "core/record.hpp"

namespace jetrain {

/// Medians of several, of the slowest rank.
struct CommunicationProbe {
  std::map<std::int64_t, double> allreduce;  ///< bytes of 64-bit sums, and seconds; empty for one rank
  double add_byte_seconds = 0;               ///< a rank adds two arrays: seconds a byte of one of them
  double message_seconds = 0;                ///< to send one small message and to take one, of many under way

  template <class Self, class Visitor>
  static void fields(Self& p, Visitor& visit) {
    visit("add_byte_seconds", p.add_byte_seconds);
    visit("message_seconds", p.message_seconds);
    visit("allreduce", p.allreduce);
  }
};

/// `count`: of the largest allreduce, the gradients'; others are a quarter, a sixteenth ... of it.
/// Collective.
CommunicationProbe probe_communication(std::int64_t count, RankSum::Method method, const Communicator& comm);

}  // namespace jetrain
