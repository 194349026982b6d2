#pragma once

#include <zlib.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/shared_read.hpp"
#include "io/zip_directory.hpp"

namespace jetrain {

/// The content of a deflated member of an archive, from its beginning on: there is no way to what stands in
/// the middle but through all before it. Its checksum is compared where the end is met.
class DeflateStream {
 public:
  /// `name`: for messages.
  DeflateStream(ZipMember member, std::string name, ReadBytes read);
  ~DeflateStream();
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;

  /// Bytes given so far, or passed by.
  std::int64_t position() const noexcept { return position_; }
  /// Bytes `offset`, `offset` + 1, ... of the content, not before position(). DataError where the member is
  /// damaged; ReadError.
  void read(std::int64_t offset, std::span<std::byte> bytes);

 private:
  void next(std::span<std::byte> bytes);
  void feed();
  void check_end();

  ZipMember member_;
  std::string name_;
  ReadBytes read_;
  z_stream stream_{};
  std::vector<std::byte> stored_;
  std::int64_t consumed_ = 0;  ///< stored bytes that were given to zlib
  std::int64_t position_ = 0;
  std::uint32_t crc_ = 0;
  bool ended_ = false;
};

}  // namespace jetrain
