#include "jetrain/core/stop_signal.hpp"

#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace jetrain {
namespace {

volatile std::sig_atomic_t caught = 0;

extern "C" void on_stop_signal(int signal) {
  if (signal == SIGINT && caught == SIGINT) _exit(128 + SIGINT);
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

}  // namespace jetrain
