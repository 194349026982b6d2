#pragma once

/// \file
/// Signals that ask a job to end: SIGTERM, SIGINT, SIGUSR1, SIGUSR2 (batch systems send them before a time
/// limit). They only set a flag; the training loop looks at it. A second SIGINT ends the process at once.

namespace jetrain {

/// From now on the signals set the flag.
void catch_stop_signals();

/// The signal that asked this process to stop; 0: none so far.
int stop_signal() noexcept;

/// True where stop_signal() is not 0.
bool stop_requested() noexcept;

/// Since the first SIGTERM; -1: there was none.
double seconds_since_sigterm() noexcept;

}  // namespace jetrain
