#pragma once

#include <chrono>
#include <functional>

namespace jetrain {

/// A training's files are written by its own thread, and, before a job is ended, by the watchdog's; HDF5
/// knows no threads. Of all that is written through here, one thing is written at a time in this process.
/// Calls `write` when nobody else writes.
void write_alone(const std::function<void()>& write);

/// The same; false, without calling `write`, where somebody else writes for longer than `patience`.
bool write_alone_within(std::chrono::milliseconds patience, const std::function<void()>& write);

}  // namespace jetrain
