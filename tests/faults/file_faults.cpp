// To be preloaded: a call on a file goes wrong. Which ones count says watched_files.hpp; which of these, and
// how it ends, fault_rule.hpp.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cstdarg>

#include "watched_files.hpp"

namespace {

using faults::Path;
using faults::Verdict;

faults::Rule* rule = nullptr;  // none before the constructor below

__attribute__((constructor)) void begin() {
  static faults::Rule told;
  rule = &told;
}

/// errno is as before, unless the call is to fail.
template <class... Place>
Verdict judge(const char* call, Place... place) {
  if (rule == nullptr || !rule->active() || !faults::is_wanted(call)) return {};
  const int error = errno;
  const Path path(place...);
  const Verdict verdict = faults::is_watched(path.view()) ? rule->judge(call, path.c_str()) : Verdict{};
  errno = verdict.error != 0 ? verdict.error : error;
  return verdict;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

template <class Result>
Result done(const Verdict& verdict, Result result) {
  if (verdict.ends_after) faults::Rule::end();
  return result;
}

/// The call as it is, or `failure`.
template <class Result, class Call>
Result run(const Verdict& verdict, Result failure, const Call& call) {
  return verdict.error != 0 ? failure : done(verdict, call());
}

/// The first pieces of a list of buffers, half as many bytes as all of them. At least one byte.
struct Half {
  static constexpr int kMost = 1024;
  std::array<iovec, kMost> pieces;
  int count = 0;

  Half(const iovec* all, int n) {
    std::size_t left = 0;
    for (int i = 0; i < n; ++i) left += all[i].iov_len;
    for (left = std::max<std::size_t>(left / 2, 1); count < std::min(n, kMost) && left > 0; ++count) {
      const auto at = static_cast<std::size_t>(count);
      pieces[at] = all[count];
      pieces[at].iov_len = std::min(pieces[at].iov_len, left);
      left -= pieces[at].iov_len;
    }
  }
};

void mark_failed(FILE* file) {
  file->_flags |= 0x20;
}  // what ferror() asks for

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

// The names that a library calls need not be those that its source says, with 64-bit offsets and without:
// each name has its hook. NAME stands for it below.
#define HOOK(NAME) static auto* const real = next<decltype(NAME)>(#NAME)

#define OPEN(NAME)                                                                          \
  int NAME(const char* path, int flags, ...) {                                              \
    HOOK(NAME);                                                                             \
    va_list arguments;                                                                      \
    va_start(arguments, flags);                                                             \
    const mode_t mode = mode_of(flags, arguments);                                          \
    va_end(arguments);                                                                      \
    return run(judge("open", AT_FDCWD, path), -1, [&] { return real(path, flags, mode); }); \
  }
#define OPENAT(NAME)                                                                              \
  int NAME(int folder, const char* path, int flags, ...) {                                        \
    HOOK(NAME);                                                                                   \
    va_list arguments;                                                                            \
    va_start(arguments, flags);                                                                   \
    const mode_t mode = mode_of(flags, arguments);                                                \
    va_end(arguments);                                                                            \
    return run(judge("open", folder, path), -1, [&] { return real(folder, path, flags, mode); }); \
  }
#define CREAT(NAME)                                                                  \
  int NAME(const char* path, mode_t mode) {                                          \
    HOOK(NAME);                                                                      \
    return run(judge("open", AT_FDCWD, path), -1, [&] { return real(path, mode); }); \
  }
#define AT_OFFSET(NAME, CALL, BUFFER)                                                                    \
  ssize_t NAME(int file, BUFFER bytes, size_t size, off_t offset) {                                      \
    HOOK(NAME);                                                                                          \
    const Verdict verdict = judge(CALL, file);                                                           \
    return run(verdict, ssize_t{-1}, [&] { return real(file, bytes, verdict.share_of(size), offset); }); \
  }
#define PIECES_AT_OFFSET(NAME, CALL)                                               \
  ssize_t NAME(int file, const iovec* pieces, int count, off_t offset) {           \
    HOOK(NAME);                                                                    \
    const Verdict verdict = judge(CALL, file);                                     \
    const Half half(pieces, verdict.is_short ? count : 0);                         \
    return run(verdict, ssize_t{-1}, [&] {                                         \
      return verdict.is_short ? real(file, half.pieces.data(), half.count, offset) \
                              : real(file, pieces, count, offset);                 \
    });                                                                            \
  }
#define PIECES(NAME, CALL)                                                                              \
  ssize_t NAME(int file, const iovec* pieces, int count) {                                              \
    HOOK(NAME);                                                                                         \
    const Verdict verdict = judge(CALL, file);                                                          \
    const Half half(pieces, verdict.is_short ? count : 0);                                              \
    return run(verdict, ssize_t{-1}, [&] {                                                              \
      return verdict.is_short ? real(file, half.pieces.data(), half.count) : real(file, pieces, count); \
    });                                                                                                 \
  }
#define SYNC(NAME)                                                    \
  int NAME(int file) {                                                \
    HOOK(NAME);                                                       \
    return run(judge("fsync", file), -1, [&] { return real(file); }); \
  }
#define TRUNCATE(NAME)                                                          \
  int NAME(int file, off_t size) noexcept {                                     \
    HOOK(NAME);                                                                 \
    return run(judge("ftruncate", file), -1, [&] { return real(file, size); }); \
  }
#define FALLOCATE(NAME)                                                                       \
  int NAME(int file, int mode, off_t offset, off_t size) {                                    \
    HOOK(NAME);                                                                               \
    return run(judge("fallocate", file), -1, [&] { return real(file, mode, offset, size); }); \
  }
#define FOPEN(NAME)                                                         \
  FILE* NAME(const char* path, const char* mode) {                          \
    HOOK(NAME);                                                             \
    return run(judge("fopen", AT_FDCWD, path), static_cast<FILE*>(nullptr), \
               [&] { return real(path, mode); });                           \
  }
#define STATUS(NAME, RECORD)                                                           \
  int NAME(const char* path, RECORD* status) noexcept {                                \
    HOOK(NAME);                                                                        \
    return run(judge("stat", AT_FDCWD, path), -1, [&] { return real(path, status); }); \
  }
#define STATUS_OF_OPEN(NAME, RECORD)                                         \
  int NAME(int file, RECORD* status) noexcept {                              \
    HOOK(NAME);                                                              \
    return run(judge("stat", file), -1, [&] { return real(file, status); }); \
  }
#define STATUS_AT(NAME, RECORD)                                                                     \
  int NAME(int folder, const char* path, RECORD* status, int flags) noexcept {                      \
    HOOK(NAME);                                                                                     \
    return run(judge("stat", folder, path), -1, [&] { return real(folder, path, status, flags); }); \
  }
// Of what fcntl does, locks alone: those of a run directory and of a study.
#define LOCK_BY_CONTROL(NAME)                                                                                \
  int NAME(int file, int command, ...) {                                                                     \
    HOOK(NAME);                                                                                              \
    va_list arguments;                                                                                       \
    va_start(arguments, command);                                                                            \
    void* const argument = va_arg(arguments, void*);                                                         \
    va_end(arguments);                                                                                       \
    const bool locks = command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_SETLK;              \
    return run(locks ? judge("flock", file) : Verdict{}, -1, [&] { return real(file, command, argument); }); \
  }

#define LOCK(NAME, CALL)                                                      \
  int NAME(int file, int operation) noexcept {                                \
    HOOK(NAME);                                                               \
    return run(judge(CALL, file), -1, [&] { return real(file, operation); }); \
  }

extern "C" {

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
CREAT(creat)
CREAT(creat64)
AT_OFFSET(pread, "pread", void*)
AT_OFFSET(pread64, "pread", void*)
AT_OFFSET(pwrite, "pwrite", const void*)
AT_OFFSET(pwrite64, "pwrite", const void*)
PIECES_AT_OFFSET(preadv, "pread")
PIECES_AT_OFFSET(preadv64, "pread")
PIECES_AT_OFFSET(pwritev, "pwrite")
PIECES_AT_OFFSET(pwritev64, "pwrite")
PIECES(readv, "read")
PIECES(writev, "write")
SYNC(fsync)
SYNC(fdatasync)
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
FALLOCATE(fallocate)
FALLOCATE(fallocate64)
FOPEN(fopen)
FOPEN(fopen64)
STATUS(stat, struct stat)
STATUS(stat64, struct stat64)
STATUS(lstat, struct stat)
STATUS(lstat64, struct stat64)
STATUS_OF_OPEN(fstat, struct stat)
STATUS_OF_OPEN(fstat64, struct stat64)
STATUS_AT(fstatat, struct stat)
STATUS_AT(fstatat64, struct stat64)
LOCK(flock, "flock")
LOCK_BY_CONTROL(fcntl)
LOCK_BY_CONTROL(fcntl64)

ssize_t read(int file, void* bytes, size_t size) {
  HOOK(read);
  const Verdict verdict = judge("read", file);
  return run(verdict, ssize_t{-1}, [&] { return real(file, bytes, verdict.share_of(size)); });
}
ssize_t write(int file, const void* bytes, size_t size) {
  HOOK(write);
  const Verdict verdict = judge("write", file);
  return run(verdict, ssize_t{-1}, [&] { return real(file, bytes, verdict.share_of(size)); });
}
ssize_t copy_file_range(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size,
                        unsigned flags) {
  HOOK(copy_file_range);
  const Verdict verdict = judge("copy", to);
  return run(verdict, ssize_t{-1},
             [&] { return real(from, from_offset, to, to_offset, verdict.share_of(size), flags); });
}
ssize_t sendfile(int to, int from, off_t* offset, size_t size) noexcept {
  HOOK(sendfile);
  const Verdict verdict = judge("copy", to);
  return run(verdict, ssize_t{-1}, [&] { return real(to, from, offset, verdict.share_of(size)); });
}

// A descriptor or stream whose closing fails is closed all the same.
int close(int file) {
  HOOK(close);
  const Verdict verdict = judge("close", file);
  const int result = done(verdict, real(file));
  if (verdict.error != 0) errno = verdict.error;
  return verdict.error != 0 ? -1 : result;
}
int fclose(FILE* stream) {
  HOOK(fclose);
  const Verdict verdict = judge("fclose", fileno(stream));
  const int result = done(verdict, real(stream));
  if (verdict.error != 0) errno = verdict.error;
  return verdict.error != 0 ? EOF : result;
}

size_t fread(void* bytes, size_t size, size_t count, FILE* stream) {
  HOOK(fread);
  const Verdict verdict = judge("fread", fileno(stream));
  if (verdict.error != 0) mark_failed(stream);
  return run(verdict, size_t{0}, [&] { return real(bytes, size, count, stream); });
}
size_t fwrite(const void* bytes, size_t size, size_t count, FILE* stream) {
  HOOK(fwrite);
  const Verdict verdict = judge("fwrite", fileno(stream));
  if (verdict.error != 0) mark_failed(stream);
  return run(verdict, size_t{0}, [&] { return real(bytes, size, count, stream); });
}
int fflush(FILE* stream) {
  HOOK(fflush);
  const Verdict verdict = stream == nullptr ? Verdict{} : judge("fflush", fileno(stream));
  if (verdict.error != 0) mark_failed(stream);
  return run(verdict, EOF, [&] { return real(stream); });
}

int rename(const char* from, const char* to) noexcept {
  HOOK(rename);
  return run(judge("rename", AT_FDCWD, to), -1, [&] { return real(from, to); });
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  HOOK(renameat);
  return run(judge("rename", to_folder, to), -1, [&] { return real(from_folder, from, to_folder, to); });
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  HOOK(renameat2);
  return run(judge("rename", to_folder, to), -1,
             [&] { return real(from_folder, from, to_folder, to, flags); });
}
int unlink(const char* path) noexcept {
  HOOK(unlink);
  return run(judge("unlink", AT_FDCWD, path), -1, [&] { return real(path); });
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  HOOK(unlinkat);
  return run(judge("unlink", folder, path), -1, [&] { return real(folder, path, flags); });
}
int remove(const char* path) noexcept {
  HOOK(remove);
  return run(judge("unlink", AT_FDCWD, path), -1, [&] { return real(path); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  HOOK(mkdir);
  return run(judge("mkdir", AT_FDCWD, path), -1, [&] { return real(path, mode); });
}
DIR* opendir(const char* path) {
  HOOK(opendir);
  return run(judge("opendir", AT_FDCWD, path), static_cast<DIR*>(nullptr), [&] { return real(path); });
}

}  // extern "C"
