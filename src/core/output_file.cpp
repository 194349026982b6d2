#include "core/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

void sync_to_disk(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY);
  const bool good = file >= 0 && fsync(file) == 0;
  const int cause = errno;
  if (file >= 0) close(file);
  // Some file systems refuse to sync folders; the rename is then as safe as they make it.
  if (!good && cause != EINVAL)
    throw DataError(fmt::format("cannot write {}: {}", path.string(), std::strerror(cause)));
}

/// An open file that reports a failed close too: network file systems may tell of a full quota only there.
class OutputDescriptor {
 public:
  OutputDescriptor(const std::string& path, int flags) : file_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
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
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) cause_ = errno;
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

constexpr std::int64_t kSpareBytes = std::int64_t{2} << 20;

/// Takes disk blocks for so many bytes behind the end of `path`. 0, or the errno.
int allocate(const std::string& path, std::int64_t bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  struct stat status {};
  int cause = 0;
  if (fstat(file, &status) != 0 || fallocate(file, FALLOC_FL_KEEP_SIZE, status.st_size, bytes) != 0)
    cause = errno;
  close(file);
  if (cause != EOPNOTSUPP) return cause;
  // File systems that cannot reserve at least tell what is free.
  struct statvfs system {};
  if (statvfs(path.c_str(), &system) != 0) return 0;
  const double free_bytes = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  return free_bytes < static_cast<double>(bytes) ? ENOSPC : 0;
}

DataError no_space(const std::string& path, int cause, std::int64_t wanted) {
  return DataError(fmt::format("cannot write {}: {} (up to {:.1f} MB more are needed)", path,
                               std::strerror(cause), static_cast<double>(wanted) / 1e6));
}

}  // namespace

PendingFile::PendingFile(const std::string& path, bool is_owner)
    : path_(path), temporary_(path + ".writing"), spare_(path + ".spare"), is_owner_(is_owner) {}

PendingFile::~PendingFile() {
  std::error_code ignored;
  if (!is_owner_) return;
  fs::remove(temporary_, ignored);
  give_back_spare();
}

void PendingFile::give_back_spare() noexcept {
  std::error_code ignored;
  fs::remove(spare_, ignored);
  if (spare_file_ >= 0) close(spare_file_);
  spare_file_ = -1;
}

void PendingFile::keep_spare() {
  spare_file_ = open(spare_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (spare_file_ >= 0 && flock(spare_file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(spare_file_);
    spare_file_ = -1;
    is_owner_ = false;  // what is beside `path` is the other's
    throw DataError(fmt::format("cannot write {}: another job is writing it", path_));
  }
  const int cause = allocate(spare_, kSpareBytes);
  if (cause != 0) throw no_space(path_, cause, kSpareBytes);
}

void PendingFile::reserve(std::int64_t bytes) {
  const std::int64_t wanted = bytes + bytes / 100 + kSpareBytes / 2;
  const int cause = allocate(temporary_, wanted);
  if (cause == 0) return;
  give_back_spare();
  throw no_space(path_, cause, wanted);
}

void PendingFile::complete() {
  sync_to_disk(temporary_);
  std::error_code failure;
  fs::rename(temporary_, path_, failure);
  if (failure) throw DataError(fmt::format("cannot write {}: {}", path_, failure.message()));
  is_owner_ = false;
  give_back_spare();
  sync_to_disk(folder_of(path_));
}

void write_whole(const std::string& path, const std::function<void(const std::string& temporary)>& write) {
  PendingFile pending(path, true);
  write(pending.name());
  pending.complete();
}

void put_in_place(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure) {
    std::error_code ignored;
    fs::remove(from, ignored);
    throw DataError(fmt::format("cannot write {}: {}", to, failure.message()));
  }
  sync_to_disk(folder_of(to));
}

void write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  write_whole(path, [&](const std::string& temporary) {
    OutputDescriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(bytes);
    file.finish();
    if (file.cause() != 0)
      throw DataError(fmt::format("cannot write {}: {}", path, std::strerror(file.cause())));
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
  const bool mended = !torn || ftruncate(file.number(), size) == 0;
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
