#include "core/stop_signal.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <initializer_list>

namespace jetrain {
namespace {

volatile std::sig_atomic_t caught = 0;
std::atomic<double> sigterm_at{-1};

double monotonic_seconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

extern "C" void on_stop_signal(int signal) {
  if (signal == SIGINT && caught == SIGINT) _exit(128 + SIGINT);
  if (signal == SIGTERM && sigterm_at < 0) sigterm_at = monotonic_seconds();
  caught = signal;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;  // reads and writes under way go on
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
}

int stop_signal() noexcept {
  return caught;
}

bool stop_requested() noexcept {
  return caught != 0;
}

double seconds_since_sigterm() noexcept {
  const double at = sigterm_at;
  return at < 0 ? -1 : monotonic_seconds() - at;
}

}  // namespace jetrain
