#pragma once

/// \file
/// Crashes (segmentation fault, bus error, illegal instruction, abort) end with a message that says which
/// rank it was, where, and what it was doing.

namespace jetrain {

/// From now on crashes of this process are told on stderr.
void explain_crashes(int rank);

/// Where set, `report(signal)` is called first, in the signal handler; true: another rank will tell it.
void report_crashes_to(bool (*report)(int signal)) noexcept;

/// "segmentation fault (SIGSEGV)".
const char* signal_name(int signal) noexcept;

}  // namespace jetrain
