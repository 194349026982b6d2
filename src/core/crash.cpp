#include "core/crash.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

#include "core/host_name.hpp"
#include "core/progress.hpp"

namespace jetrain {
namespace {

int own_rank = 0;
std::array<char, 256> own_host{};
std::atomic<bool (*)(int)> reporter{nullptr};
std::atomic<bool> crashed{false};

extern "C" void on_crash(int signal) {
  if (!crashed.exchange(true)) {
    bool (*const report)(int) = reporter.load();
    if (report == nullptr || !report(signal)) {
      const progress::Snapshot at = progress::now();
      std::array<char, 512> text;  // format_to_n into it allocates nothing
      const auto end = fmt::format_to_n(
          text.data(), text.size(), "jetrain: rank {} on {} crashed: {} in {}, epoch {} step {}\n", own_rank,
          own_host.data(), signal_name(signal), progress::name(at.activity), at.epoch, at.step);
      const std::size_t length = end.size < text.size() ? end.size : text.size();
      [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, text.data(), length);
    }
  }
  std::signal(signal,
              SIG_DFL);  // so that it ends as it would have, with a core file where the user wants one
  raise(signal);
}

}  // namespace

void explain_crashes(int rank) {
  own_rank = rank;
  host_name().copy(own_host.data(), own_host.size() - 1);
#ifndef __SANITIZE_ADDRESS__                      // which tells more than we can
  static std::array<std::byte, 64 * 1024> stack;  // a stack that overflowed cannot hold the handler
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigaction(signal, &action, nullptr);
#endif
}

void report_crashes_to(bool (*report)(int signal)) noexcept {
  reporter.store(report);
}

const char* signal_name(int signal) noexcept {
  switch (signal) {
    case SIGSEGV:
      return "segmentation fault (SIGSEGV)";
    case SIGBUS:
      return "bus error (SIGBUS)";
    case SIGFPE:
      return "arithmetic error (SIGFPE)";
    case SIGILL:
      return "illegal instruction (SIGILL): was it built for another processor?";
    case SIGABRT:
      return "abort (SIGABRT)";
    default:
      return "a signal";
  }
}

}  // namespace jetrain
