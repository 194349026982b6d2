#include "study/study_locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

// The bytes; the file itself stays empty.
constexpr std::int64_t kPresence = 0;
constexpr std::int64_t kTables = 1;
constexpr std::int64_t kFirstMember = 2;

std::int64_t byte_of(std::size_t member) {
  return kFirstMember + static_cast<std::int64_t>(member);
}

}  // namespace

StudyLocks::StudyLocks(const std::string& folder)
    : path_((std::filesystem::path(folder) / "study.lock").string()),
      file_(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (file_ < 0) throw DataError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

StudyLocks::~StudyLocks() {
  close(file_);
}

/// Open file description locks: they work between nodes like POSIX locks, and belong to this object, not to
/// all of the process.
bool StudyLocks::lock(short type, std::int64_t byte, bool waits) {
  struct flock region {};
  region.l_type = type;
  region.l_whence = SEEK_SET;
  region.l_start = byte;
  region.l_len = 1;
  int failure = 0;
  do {
    failure = fcntl(file_, waits ? F_OFD_SETLKW : F_OFD_SETLK, &region) == 0 ? 0 : errno;
  } while (failure == EINTR);
  if (failure == EAGAIN || failure == EACCES) return false;
  if (failure != 0) known_ = false;  // ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL: each file system has its own
  return true;
}

bool StudyLocks::enter() {
  return lock(F_RDLCK, kPresence, false);
}

bool StudyLocks::enter_alone() {
  return lock(F_WRLCK, kPresence, false);
}

bool StudyLocks::take(std::size_t member) {
  return lock(F_WRLCK, byte_of(member), false);
}

void StudyLocks::give_back(std::size_t member) {
  lock(F_UNLCK, byte_of(member), false);
}

void StudyLocks::take_tables() {
  lock(F_WRLCK, kTables, true);
}

void StudyLocks::give_back_tables() {
  lock(F_UNLCK, kTables, false);
}

}  // namespace jetrain
