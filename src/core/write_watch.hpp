#pragma once

/// \file
/// HDF5 and MPI-IO lose the system's reason of a failed write, and do not survive one: a rank that meets it
/// alone leaves the others waiting within, and a file that cannot be closed crashes the program at its end.
/// So what stands below them (io/watched_access.hpp) tells them that all went well, and notes here what did
/// not; whoever writes a file asks before it counts.

#include <string>

namespace jetrain {

/// Stands beside a file while HDF5 writes it; one at a time in a thread.
class WriteWatch {
 public:
  WriteWatch() noexcept;
  ~WriteWatch();
  WriteWatch(const WriteWatch&) = delete;
  WriteWatch& operator=(const WriteWatch&) = delete;

  /// This thread's; null where none stands.
  static WriteWatch* active() noexcept;

  /// What a file call left in errno; 0: nothing that tells why. The first one counts.
  void note(int cause) noexcept;
  bool failed() const noexcept { return failed_; }
  /// "No space left on device"
  std::string reason() const;

 private:
  bool failed_ = false;
  int cause_ = 0;
};

}  // namespace jetrain
