#pragma once

/// \file
/// Where the members of a ZIP archive stand in its file (PKWARE's APPNOTE.TXT, 4.3): at its end an end
/// record, which says where the directory begins; there an entry a member, which says where its local header
/// stands; behind that the member's bytes. Zip64's wider fields, too. libzip, by which whole members are read
/// and written (io/zip_archive.hpp), does not tell places.

#include <cstdint>
#include <string>
#include <vector>

#include "io/shared_read.hpp"

namespace jetrain {

struct ZipMember {
  std::string name;
  std::int64_t offset = 0;         ///< of its bytes in the file
  std::int64_t stored_bytes = 0;   ///< there
  std::int64_t content_bytes = 0;  ///< decompressed
  bool deflated = false;           ///< else stored as they are
  std::uint32_t crc = 0;           ///< CRC-32 of the content
};

/// What an archive's first bytes are.
inline constexpr std::string_view kZipMagic = "PK\x03\x04";

/// The members of the archive `path` of `file_bytes` bytes, in the directory's order. DataError where it is
/// damaged, or has members that are encrypted or compressed in a way that NumPy does not use; ReadError.
std::vector<ZipMember> zip_members(const std::string& path, std::int64_t file_bytes, const ReadBytes& read);

}  // namespace jetrain
