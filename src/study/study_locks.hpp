#pragma once

/// \file
/// Who is at work on what, among the processes that share a study's folder. Each holds locks on single bytes
/// of the file `study.lock`; the system drops them when a process ends, however it ends, so none is ever left
/// over.

#include <cstddef>
#include <cstdint>
#include <string>

namespace jetrain {

class StudyLocks {
 public:
  /// In a folder that exists. DataError where the file cannot be made.
  explicit StudyLocks(const std::string& folder);
  /// Gives back all that this object holds.
  ~StudyLocks();
  StudyLocks(const StudyLocks&) = delete;
  StudyLocks& operator=(const StudyLocks&) = delete;

  /// False where the file system knows no locks. All that is asked for is then granted.
  bool are_known() const noexcept { return known_; }

  /// To be at work in the folder, beside others. False where someone is there alone.
  bool enter();
  /// To be there alone, until `enter`. False where someone else is at work.
  bool enter_alone();

  /// A member of the family, for this object alone. False where another has it.
  bool take(std::size_t member);
  void give_back(std::size_t member);

  /// The tables of what came of all members; waits until no other has them.
  void take_tables();
  void give_back_tables();

 private:
  bool lock(short type, std::int64_t byte, bool waits);

  std::string path_;
  int file_ = -1;
  bool known_ = true;
};

}  // namespace jetrain
