#pragma once

/// \file
/// Crashes (segmentation fault, bus error, illegal instruction, abort) end with a message that says which
/// rank it was, where, and what it was doing.

namespace jetrain {

/// From now on exceptions that nobody catches are told on stderr, and end the process.
void explain_uncaught() noexcept;

/// From now on crashes of this process are told on stderr.
void explain_crashes(int rank);

/// In place of a signal: the process ends, and has told why.
inline constexpr int kHasSpoken = 0;

/// Where set, `report(signal)` is called first, in the signal handler; true: another rank will tell it. With
/// `kHasSpoken`, nobody else shall.
void report_crashes_to(bool (*report)(int signal)) noexcept;

/// "segmentation fault (SIGSEGV)".
const char* signal_name(int signal) noexcept;

}  // namespace jetrain
