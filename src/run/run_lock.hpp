#pragma once

/// \file
/// That one training at a time writes into a run directory: a lock on RUN/run.lock, held by rank 0 of the
/// job. The system drops it when the process ends, however it ends, also on another host (of file systems
/// that know locks between hosts: NFS, Lustre with flock, GPFS), so that none is ever left over and --resume
/// never waits for the dead. The file says who holds it.

#include <string>

namespace jetrain {

class RunLock {
 public:
  /// For the run directory `folder`; takes nothing yet.
  explicit RunLock(std::string folder);
  /// Removes the file, and gives the lock back.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Takes the lock, if it has not been taken; a process that is about to end is waited for, for a few
  /// seconds. UsageError where another process holds it: which one is said. DataError where the file cannot
  /// be made. The folder must exist.
  void take();
  bool is_taken() const noexcept { return file_ >= 0; }

  /// False where the file system knows no locks; a process of this host is then known by its number alone,
  /// one of another host not at all.
  bool are_known() const noexcept { return known_; }

 private:
  enum class Answer { taken, held, changed };
  Answer try_once();

  std::string folder_;
  std::string path_;
  int file_ = -1;
  bool known_ = true;
  std::string holder_;  ///< what the file said
};

}  // namespace jetrain
