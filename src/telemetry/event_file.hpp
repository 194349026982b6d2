#pragma once

/// \file
/// TensorBoard's event files: what `tensorboard --logdir RUN` shows. A file is a sequence of records
/// (TFRecord: length, checksum, bytes, checksum), each one Event (src/telemetry/tensorboard.proto).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pictures/picture.hpp"

namespace jetrain {

/// A value at one step, which TensorBoard draws as a curve.
struct Scalar {
  std::string tag;
  double value = 0;
};

class EventFile {
 public:
  /// Makes a new file in `folder`, which is made if need be; TensorBoard reads all files of a folder as one
  /// run. This and all others throw DataError, with the reason, where the file cannot be written.
  explicit EventFile(const std::string& folder);
  /// Writes what waits, if it can.
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  const std::string& path() const noexcept { return path_; }

  /// Values that are not finite are left out.
  void scalars(std::int64_t step, const std::vector<Scalar>& values);
  /// How `values` are distributed, in buckets of one width between the least and the largest.
  void histogram(std::int64_t step, const std::string& tag, std::span<const float> values);
  void image(std::int64_t step, const std::string& tag, const Picture& picture);

  /// What was said so far goes to the file, whole records only. Else it may wait for a second or two.
  void flush();

 private:
  void append(const std::string& event);

  std::string path_;
  std::string waiting_;
  double flushed_at_ = 0;  ///< seconds since 1970
};

/// Checksum of `bytes`: CRC-32C (Castagnoli; RFC 3720, appendix B.4).
std::uint32_t crc32c(std::span<const char> bytes) noexcept;

}  // namespace jetrain
