#pragma once

/// \file
/// Files appear whole or not at all: written to a temporary name beside the target, synced, renamed.

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
  /// The owner removes the temporary unless it was completed; `path` is then as it was.
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::string& name() const noexcept { return temporary_; }
  /// Parallel HDF5 does not survive a full disk, so it must never meet one. On the owner: before HDF5 makes
  /// the file, keeps 2 MB on the disk in a file beside it; DataError where even they do not fit. DataError,
  /// too, where another job is writing `path` (as far as the file system knows locks).
  void keep_spare();
  /// On the owner, before HDF5 writes: makes sure that the file can grow by so many bytes, and a little for
  /// HDF5's own use. Where the disk or the quota is too small it gives the spare back, with which HDF5 can
  /// close the file, and throws DataError.
  void reserve(std::int64_t bytes);
  /// On the owner, after the file was closed by all: syncs it, renames it to `path`, syncs the folder.
  void complete();

 private:
  std::string path_;
  std::string temporary_;
  std::string spare_;
  int spare_file_ = -1;  ///< open and locked while the spare is kept
  bool is_owner_;

  void give_back_spare() noexcept;
};

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
