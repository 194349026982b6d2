#include "core/crash.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>

#include "core/host_name.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

int own_rank = -1;  ///< not known yet
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

/// The last resort for an exception that nobody can catch: of a destructor, of a thread, or where there is no
/// memory even for its message. It is told from memory that is there already, and the process ends.
[[noreturn]] void on_terminate() {
  std::array<char, 512> text;
  const auto say = [&](const char* what) {
    const auto end =
        own_rank < 0 ? fmt::format_to_n(text.data(), text.size(), "jetrain: {}\n", what)
                     : fmt::format_to_n(text.data(), text.size(), "jetrain: rank {}: {}\n", own_rank, what);
    const std::size_t length = end.size < text.size() ? end.size : text.size();
    [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, text.data(), length);
  };
  if (!crashed.exchange(true)) {
    std::array<char, 256> what;
    try {
      const std::exception_ptr error = std::current_exception();
      if (error) std::rethrow_exception(error);
      say("ended by std::terminate");
    } catch (const std::bad_alloc&) {
      const progress::Snapshot at = progress::now();
      const std::size_t asked = refused_bytes();
      const auto end = asked > 0 ? fmt::format_to_n(what.data(), what.size() - 1,
                                                    "out of memory in {}: the system gave no {} bytes more",
                                                    progress::name(at.activity), asked)
                                 : fmt::format_to_n(what.data(), what.size() - 1, "out of memory in {}",
                                                    progress::name(at.activity));
      *end.out = '\0';
      say(what.data());
    } catch (const std::exception& error) {
      say(error.what());
    } catch (...) {
      say("ended by an exception of an unknown kind");
    }
    if (bool (*const report)(int) = reporter.load(); report != nullptr) report(kHasSpoken);
  }
  std::_Exit(static_cast<int>(ExitStatus::failed));
}

}  // namespace

void explain_uncaught() noexcept {
  std::set_terminate(on_terminate);
}

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
