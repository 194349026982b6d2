#pragma once

/// \file
/// Files that are read: each byte comes from a call whose result was looked at. A call that was interrupted
/// or gave less than asked for is made again for the rest.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetrain/error.hpp"

namespace jetrain {

/// A file could not be opened, or not be read: what it holds may be right, and another time it may be read.
class ReadError : public DataError {
 public:
  using DataError::DataError;
};

/// Why bytes did not come: an errno, or kFileTooShort. 0: they came.
using ReadCause = int;
/// The file ends before the last byte: it got shorter since its size was asked for.
constexpr ReadCause kFileTooShort = -1;
/// For people.
std::string describe_read_cause(ReadCause cause);

/// Bytes `offset`, `offset` + 1, ... of an open file, as many as `bytes` has room for.
ReadCause read_at(int file, std::int64_t offset, std::span<std::byte> bytes) noexcept;

/// A regular file that is open for reading.
class InputFile {
 public:
  /// ReadError "cannot read PATH: <reason>" where it is not there, may not be read, or is a folder.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  const std::string& path() const noexcept { return path_; }
  int descriptor() const noexcept { return file_; }
  std::int64_t size() const noexcept { return size_; }  ///< bytes, as it was opened
  /// ReadError "reading PATH failed: <reason>".
  void read(std::int64_t offset, std::span<std::byte> bytes) const;
  /// Gives the descriptor up: who takes it closes it.
  int release() noexcept;

 private:
  std::string path_;
  int file_ = -1;
  std::int64_t size_ = 0;
};

/// Whether there is a file or folder of that name. ReadError where that cannot be told: it may be there.
bool is_there(const std::string& path);

/// What a folder holds, sorted; nothing where there is none. ReadError where it cannot be listed: it is not
/// therefore empty.
std::vector<std::filesystem::path> entries_of(const std::string& folder);

/// A whole file, also of a pipe: text, or bytes as they are. ReadError with the system's reason.
std::string read_whole(const std::string& path);

/// None where it cannot be opened; errno then says why. ReadError where it can, but cannot be read. Of one
/// longer than `most`, the beginning, longer than `most`.
std::optional<std::string> try_read_whole(const std::string& path,
                                          std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace jetrain
