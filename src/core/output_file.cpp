#include "core/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <vector>

#include "core/uninterrupted.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

DataError not_written(const std::string& path, int cause) {
  return DataError(fmt::format("cannot write {}: {}", path, std::strerror(cause)));
}

int open_file(const std::string& path, int flags) {
  return uninterrupted([&] { return open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

/// `named`: what a message is to say.
void sync_to_disk(const std::string& path, const std::string& named) {
  const int file = open_file(path, O_RDONLY);
  const bool good = file >= 0 && uninterrupted([&] { return fsync(file); }) == 0;
  const int cause = errno;
  if (file >= 0) close(file);
  // Some file systems refuse to sync folders; the rename is then as safe as they make it.
  if (!good && cause != EINVAL) throw not_written(named, cause);
}

/// An open file that reports a failed close too: network file systems may tell of a full quota only there.
class OutputDescriptor {
 public:
  OutputDescriptor(const std::string& path, int flags) : file_(open_file(path, flags)) {
    if (file_ < 0) cause_ = errno;
  }
  ~OutputDescriptor() {
    if (file_ >= 0) close(file_);
  }
  OutputDescriptor(const OutputDescriptor&) = delete;
  OutputDescriptor& operator=(const OutputDescriptor&) = delete;

  int number() const noexcept { return file_; }
  /// 0, or the first failure's errno.
  int cause() const noexcept { return cause_; }

  void write(std::span<const std::byte> bytes) {
    while (cause_ == 0 && !bytes.empty()) {
      const ssize_t written = uninterrupted([&] { return ::write(file_, bytes.data(), bytes.size()); });
      if (written < 0) cause_ = errno;
      if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void finish() {
    if (file_ >= 0 && close(file_) != 0 && cause_ == 0) cause_ = errno;
    file_ = -1;
  }

 private:
  int file_ = -1;
  int cause_ = 0;
};

/// Takes disk blocks for so many bytes behind the end of `path`. 0, or the errno.
int allocate(const std::string& path, std::int64_t bytes) {
  const int file = open_file(path, O_WRONLY | O_CREAT);
  if (file < 0) return errno;
  struct stat status {};
  int cause = 0;
  if (fstat(file, &status) != 0 ||
      uninterrupted([&] { return fallocate(file, FALLOC_FL_KEEP_SIZE, status.st_size, bytes); }) != 0)
    cause = errno;
  close(file);
  if (cause != EOPNOTSUPP && cause != ENOSYS) return cause;
  // File systems that cannot reserve at least tell what is free.
  struct statvfs system {};
  if (statvfs(path.c_str(), &system) != 0) return 0;
  const double free_bytes = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  return free_bytes < static_cast<double>(bytes) ? ENOSPC : 0;
}

/// Removes `path`; once more where that fails, since what stays would be in somebody's way.
void remove_file(const std::string& path) noexcept {
  for (int tries = 0; tries < 2; ++tries)
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return;
}

/// The files that are on their way in this process; small ones also from the watchdog's thread.
std::mutex pending_mutex;
std::vector<PendingFile*> pending_files;

}  // namespace

PendingFile::PendingFile(const std::string& path, bool is_owner)
    : path_(path), temporary_(path + ".writing"), lock_(path + ".lock"), is_owner_(is_owner) {
  const std::lock_guard lock(pending_mutex);
  pending_files.push_back(this);
}

PendingFile::~PendingFile() {
  {
    const std::lock_guard lock(pending_mutex);
    std::erase(pending_files, this);
  }
  discard();
}

void PendingFile::discard() noexcept {
  // Another rank removes the owner's files, not those of a job that came after.
  const bool ours = joined_ != Identity{} && identity_of(temporary_) == joined_;
  if (is_owner_ || ours) remove_file(temporary_);
  if (lock_file_ >= 0 || ours) remove_companions();
  if (ours && identity_of(lock_) == joined_lock_) remove_file(lock_);
  unlock();
  is_owner_ = false;
  joined_ = Identity{};
}

PendingFile::Identity PendingFile::identity_of(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

/// The lock is on a file of its own: MPI-IO locks parts of what it writes itself, on some file systems. False
/// where the lock's file was removed by the job that had it.
bool PendingFile::try_lock() {
  lock_file_ = open_file(lock_, O_WRONLY | O_CREAT);
  if (lock_file_ < 0) throw not_written(path_, errno);
  if (uninterrupted([&] { return flock(lock_file_, LOCK_EX | LOCK_NB); }) != 0 && errno == EWOULDBLOCK) {
    close(lock_file_);
    lock_file_ = -1;
    is_owner_ = false;  // what is beside `path` is the other's
    throw DataError(fmt::format("cannot write {}: another job is writing it", path_));
  }
  struct stat status {};
  if (fstat(lock_file_, &status) != 0) return true;
  if (identity_of(lock_) == Identity{status.st_dev, status.st_ino}) return true;
  close(lock_file_);
  lock_file_ = -1;
  return false;
}

void PendingFile::unlock() noexcept {
  if (lock_file_ < 0) return;
  remove_file(lock_);
  close(lock_file_);
  lock_file_ = -1;
}

void PendingFile::claim() {
  constexpr int kMostTries = 10;
  for (int tries = 0; tries < kMostTries && !try_lock();) ++tries;
  remove_companions();
  const int file = open_file(temporary_, O_RDWR | O_CREAT | O_TRUNC);
  if (file < 0) throw not_written(path_, errno);
  close(file);
}

void PendingFile::join() {
  const int file = open_file(temporary_, O_RDWR);
  if (file < 0) throw not_written(path_, errno);
  close(file);
  joined_ = identity_of(temporary_);
  joined_lock_ = identity_of(lock_);
}

/// What Open MPI makes beside a file for shared file pointers, which nobody here uses.
void PendingFile::remove_companions() const noexcept {
  std::error_code failure;
  const std::string name = fs::path(temporary_).filename().string();
  for (fs::directory_iterator entry(folder_of(path_), failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string other = entry->path().filename().string();
    if (other.starts_with(name + ".data.") || other.starts_with(name + ".metadata."))
      remove_file(entry->path().string());
  }
}

void PendingFile::reserve(std::int64_t bytes) {
  constexpr std::int64_t kOwnBytes = std::int64_t{1} << 20;
  const std::int64_t wanted = bytes + bytes / 100 + kOwnBytes;
  const int cause = allocate(temporary_, wanted);
  if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG)
    throw DataError(fmt::format("cannot write {}: {} (up to {:.1f} MB more are needed)", path_,
                                std::strerror(cause), static_cast<double>(wanted) / 1e6));
  if (cause != 0) throw not_written(path_, cause);
}

void PendingFile::complete(const std::function<void()>& check) {
  sync_to_disk(temporary_, path_);
  check();
  if (uninterrupted([&] { return std::rename(temporary_.c_str(), path_.c_str()); }) != 0)
    throw not_written(path_, errno);
  is_owner_ = false;
  if (lock_file_ >= 0) remove_companions();
  unlock();
  sync_to_disk(folder_of(path_).string(), path_);
}

void remove_pending_files() noexcept {
  const std::lock_guard lock(pending_mutex);
  for (PendingFile* file : pending_files) file->discard();
}

void remove_leftovers(const std::string& path) noexcept {
  if (access((path + ".lock").c_str(), F_OK) != 0) return;
  try {
    PendingFile(path, true).claim();
  } catch (const std::exception&) {
    // It is being written just now, or nothing can be written there.
  }
}

void write_whole(const std::string& path, const std::function<void(const std::string& temporary)>& write) {
  PendingFile pending(path, true);
  write(pending.name());
  pending.complete();
}

void put_in_place(const std::string& from, const std::string& to) {
  if (uninterrupted([&] { return std::rename(from.c_str(), to.c_str()); }) != 0) {
    const int cause = errno;
    remove_file(from);
    throw not_written(to, cause);
  }
  sync_to_disk(folder_of(to).string(), to);
}

void write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  write_whole(path, [&](const std::string& temporary) {
    OutputDescriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(bytes);
    file.finish();
    if (file.cause() != 0) throw not_written(path, file.cause());
  });
}

void write_text(const std::string& path, const std::string& text) {
  write_bytes(path, std::as_bytes(std::span(text)));
}

void append_text(const std::string& path, const std::string& text) {
  OutputDescriptor file(path, O_WRONLY | O_APPEND);
  const off_t size = file.cause() == 0 ? lseek(file.number(), 0, SEEK_END) : 0;
  file.write(std::as_bytes(std::span(text)));
  const bool torn = file.number() >= 0 && file.cause() != 0;
  const bool mended =
      !torn || (size >= 0 && uninterrupted([&] { return ftruncate(file.number(), size); }) == 0);
  file.finish();
  if (file.cause() != 0)
    throw DataError(fmt::format("cannot write {}: {}{}", path, std::strerror(file.cause()),
                                mended ? "" : "; its last line is incomplete"));
}

void require_writable(const std::string& path, bool overwrite) {
  if (fs::is_directory(path)) throw UsageError(fmt::format("{} is a folder; name a file", path));
  if (fs::exists(path) && !overwrite) {
    throw UsageError(fmt::format("{} exists already: give another name, or --overwrite", path));
  }
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder))
    throw UsageError(
        fmt::format("cannot write {}: there is no folder {}; create it first", path, folder.string()));
  if (access(folder.c_str(), W_OK) != 0) {
    throw DataError(fmt::format("cannot write {}: {}: {}", path, folder.string(), std::strerror(errno)));
  }
}

}  // namespace jetrain
