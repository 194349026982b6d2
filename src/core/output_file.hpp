#pragma once

/// \file
/// Files appear whole or not at all: written to a temporary name beside the target, synced, renamed.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace jetrain {

/// A file on its way: it grows under a temporary name beside `path`. Several ranks of one job may write into
/// it; one owns it.
class PendingFile {
 public:
  PendingFile(const std::string& path, bool is_owner);
  /// Removes the temporary unless it was completed; `path` is then as it was.
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::string& name() const noexcept { return temporary_; }
  /// On the owner, before anyone writes: makes the temporary, and keeps other jobs from it (as far as the
  /// file system knows locks). What a killed job left beside `path` goes. DataError where it cannot be
  /// written, or another job is writing it.
  void claim();
  /// On each other rank, after the owner's claim: DataError where this rank cannot write the temporary. A
  /// rank that is left alone removes it, too.
  void join();
  /// On the owner: makes sure that the file can grow by so many bytes, and a little for HDF5's own use;
  /// DataError where the disk or the quota is too small.
  void reserve(std::int64_t bytes);
  /// On the owner, after the file was closed by all: syncs it, asks `check` (which throws where it is not as
  /// it should be), renames it to `path`, syncs the folder.
  void complete(const std::function<void()>& check = [] {});

 private:
  /// Which file a name stands for.
  struct Identity {
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const Identity&) const = default;
  };
  friend void remove_pending_files() noexcept;

  static Identity identity_of(const std::string& path) noexcept;
  bool try_lock();
  void unlock() noexcept;
  void remove_companions() const noexcept;
  void discard() noexcept;

  std::string path_;
  std::string temporary_;
  std::string lock_;
  int lock_file_ = -1;  ///< open, and locked where the file system can
  bool is_owner_;
  Identity joined_, joined_lock_;  ///< the owner's files, on another rank
};

/// Removes the temporaries of all files that this process is writing; before it ends without returning.
void remove_pending_files() noexcept;

/// Removes what a job that was killed left beside `path`, for one that will not write it; not what another
/// job is writing.
void remove_leftovers(const std::string& path) noexcept;

/// Calls `write(temporary)` and renames the result to `path`, both synced to disk. On failure the temporary
/// is removed and the error goes on; `path` is then as it was.
void write_whole(const std::string& path, const std::function<void(const std::string& temporary)>& write);

/// Renames a file that is whole and synced, and syncs the folder. On failure `from` is removed; DataError.
void put_in_place(const std::string& from, const std::string& to);

/// The same as write_whole for bytes at hand. DataError with the system's reason (disk full, quota,
/// read-only) on failure.
void write_bytes(const std::string& path, std::span<const std::byte> bytes);
void write_text(const std::string& path, const std::string& text);

/// Adds to the end of `path`, whole or not at all: where the disk fills up, what was there stays as it was
/// and the error is DataError with the reason. The file must exist; one that was removed is not made anew.
void append_text(const std::string& path, const std::string& text);

/// Throws UsageError if `path` exists and `overwrite` is false, or its folder does not exist; DataError if
/// the folder cannot be written. For the start of a verb, before any work.
void require_writable(const std::string& path, bool overwrite);

}  // namespace jetrain
