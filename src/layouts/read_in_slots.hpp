#pragma once

/// \file
/// The one loop over rows of files. Rows come in windows, a window in slots that threads work on at the same
/// time; what came of them is taken up in the order of the rows.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jetrain {

/// Reads `range` of `rows`, which has `window_slots` and `read` as JetSource has them. work(slot, block) runs
/// on any thread, with a Slot for each block; collect(slot) on the calling thread, in the order of the rows.
/// Memory holds one window's slots.
template <class Slot, class Rows, class Range, class Work, class Collect>
void read_in_slots(const Rows& rows, const Range& range, const Work& work, const Collect& collect) {
  std::vector<Slot> slots(static_cast<std::size_t>(rows.window_slots()));
  rows.read(
      range,
      [&](std::int64_t slot, const auto& block) { work(slots[static_cast<std::size_t>(slot)], block); },
      [&](std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
          Slot& slot = slots[static_cast<std::size_t>(i)];
          collect(slot);
          slot = Slot();
        }
      });
}

}  // namespace jetrain
