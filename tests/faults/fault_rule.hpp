#pragma once

/// \file
/// What a preloaded library is told by its environment: on which rank a call goes wrong, which one, and how.
/// It is told only in the program that was started: LD_PRELOAD is taken out of the environment, so that
/// helpers of that program (gnuplot, Open MPI's daemon) run undisturbed.
///
///     FAULT_RANK   the rank on which it happens (0)
///     FAULT_AT     which matching call it is, from 1; 0: none, all are only told to the log (0)
///     FAULT_COUNT  how many in a row from there on; 0: all from there on (1)
///     FAULT_ACT    EIO, ENOSPC, ... (the call fails so), short (it does half of what it is asked), sleepMS,
///                  kill, killafter, stop (the process, before or after the call)
///     FAULT_LOG    the file that is told: a line "process PID RANK" of each rank, "call NAME PATH" of each
///                  matching call while counting, "hit NAME PATH" where something went wrong

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace faults {

inline const char* variable(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : value;
}

inline const char* own_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (const char* rank = getenv(name); rank != nullptr) return rank;
  return "0";
}

/// Bypasses the hooks, and allocates nothing: it is called within them.
inline void tell(const char* text) {
  const char* log = getenv("FAULT_LOG");
  if (log == nullptr) return;
  const int error = errno;
  const long file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file >= 0) {
    syscall(SYS_write, file, text, strlen(text));
    syscall(SYS_close, file);
  }
  errno = error;
}

struct ErrnoName {
  const char* name;
  int number;
};
inline constexpr std::array kErrnoNames = {
    ErrnoName{"EACCES", EACCES}, ErrnoName{"EDQUOT", EDQUOT}, ErrnoName{"EINTR", EINTR},
    ErrnoName{"EIO", EIO},       ErrnoName{"EMFILE", EMFILE}, ErrnoName{"ENOLCK", ENOLCK},
    ErrnoName{"ENOMEM", ENOMEM}, ErrnoName{"ENOSPC", ENOSPC}, ErrnoName{"ENOTSUP", ENOTSUP},
    ErrnoName{"EROFS", EROFS},   ErrnoName{"ESTALE", ESTALE}};

/// What becomes of one call.
struct Verdict {
  int error = 0;  ///< it fails with this errno
  bool is_short = false;
  bool ends_after = false;  ///< the process is killed when the call is done

  std::size_t share_of(std::size_t bytes) const { return is_short && bytes > 1 ? bytes / 2 : bytes; }
};

class Rule {
 public:
  Rule() {
    active_ = strcmp(variable("FAULT_RANK", "0"), own_rank()) == 0;
    at_ = atol(variable("FAULT_AT", "0"));
    count_ = atol(variable("FAULT_COUNT", "1"));
    act_ = variable("FAULT_ACT", "EIO");
    for (const ErrnoName& known : kErrnoNames)
      if (strcmp(act_, known.name) == 0) error_ = known.number;
    std::array<char, 64> text{};
    snprintf(text.data(), text.size(), "process %d %s\n", getpid(), own_rank());
    tell(text.data());
    unsetenv("LD_PRELOAD");
  }
  bool active() const { return active_; }

  /// Counts a call that matches.
  Verdict judge(const char* call, const char* path) {
    const long number = ++calls_;
    if (at_ == 0) note("call", call, path);
    if (at_ == 0 || number < at_ || (count_ > 0 && number >= at_ + count_)) return {};
    if (number == at_) note("hit", call, path);
    if (error_ != 0) return {.error = error_};
    if (strcmp(act_, "short") == 0) return {.is_short = true};
    if (strcmp(act_, "killafter") == 0) return {.ends_after = true};
    if (strcmp(act_, "kill") == 0) end();
    if (strcmp(act_, "stop") == 0) kill(getpid(), SIGSTOP);
    if (strncmp(act_, "sleep", 5) == 0) wait(atol(act_ + 5));
    return {};
  }

  [[noreturn]] static void end() {
    kill(getpid(), SIGKILL);
    while (true) pause();
  }

 private:
  bool active_ = false;
  long at_ = 0;
  long count_ = 1;
  const char* act_ = "";
  int error_ = 0;
  std::atomic<long> calls_{0};

  static void note(const char* kind, const char* call, const char* path) {
    std::array<char, 4500> text{};
    snprintf(text.data(), text.size(), "%s %s %s\n", kind, call, path);
    tell(text.data());
  }
  static void wait(long milliseconds) {
    const int error = errno;
    const timespec duration{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    nanosleep(&duration, nullptr);
    errno = error;
  }
};

}  // namespace faults
