#include "io/zip_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kEndBytes = 22;
constexpr std::int64_t kLongestComment = 65535;
constexpr std::uint32_t kNarrow = 0xFFFFFFFF;  ///< "see Zip64's field"

/// Little-endian numbers of a piece of the file.
class Fields {
 public:
  Fields(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  std::size_t size() const { return bytes_.size(); }
  std::uint64_t at(std::size_t place, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value |= std::to_integer<std::uint64_t>(bytes_.at(place + i)) << 8 * i;
    return value;
  }
  std::string text(std::size_t place, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + place, length};
  }

 private:
  std::vector<std::byte> bytes_;
};

struct Directory {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t members = 0;
};

class Archive {
 public:
  Archive(const std::string& path, std::int64_t file_bytes, const ReadBytes& read)
      : path_(path), file_bytes_(file_bytes), read_(read) {}

  std::vector<ZipMember> members() const {
    const Directory directory = find_directory();
    if (directory.members < 0 || directory.members > directory.bytes / 46)
      damaged("its directory is too short");
    const Fields fields = piece(directory.offset, directory.bytes);
    std::vector<ZipMember> members;
    std::size_t at = 0;
    for (std::int64_t i = 0; i < directory.members; ++i) at = read_entry(fields, at, members);
    return members;
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw DataError(fmt::format("{} is cut off or damaged ({}): copy it again", path_, what));
  }

  Fields piece(std::int64_t offset, std::int64_t bytes) const {
    if (offset < 0 || bytes < 0 || offset > file_bytes_ || bytes > file_bytes_ - offset)
      damaged("a part of the archive stands behind its end");
    std::vector<std::byte> content(static_cast<std::size_t>(bytes));
    read_(offset, content);
    return content;
  }

  /// The end record has no fixed place: a comment may stand behind it.
  Directory find_directory() const {
    for (const std::int64_t comment : {std::int64_t{0}, kLongestComment}) {
      const std::int64_t length = std::min(file_bytes_, kEndBytes + comment);
      const std::int64_t begin = file_bytes_ - length;
      const Fields tail = piece(begin, length);
      for (std::int64_t at = length - kEndBytes; at >= 0; --at) {
        const auto place = static_cast<std::size_t>(at);
        if (tail.at(place, 4) != 0x06054b50) continue;
        if (at + kEndBytes + static_cast<std::int64_t>(tail.at(place + 20, 2)) != length) continue;
        return directory_of(tail, place, begin + at);
      }
    }
    damaged("it has no directory");
  }

  Directory directory_of(const Fields& tail, std::size_t place, std::int64_t end_offset) const {
    if (const std::optional<Directory> wide = wide_directory(end_offset)) return *wide;
    return {static_cast<std::int64_t>(tail.at(place + 16, 4)),
            static_cast<std::int64_t>(tail.at(place + 12, 4)),
            static_cast<std::int64_t>(tail.at(place + 10, 2))};
  }

  std::optional<Directory> wide_directory(std::int64_t end_offset) const {
    constexpr std::int64_t kLocatorBytes = 20;
    constexpr std::int64_t kWideEndBytes = 56;
    if (end_offset < kLocatorBytes) return std::nullopt;
    const Fields locator = piece(end_offset - kLocatorBytes, kLocatorBytes);
    if (locator.at(0, 4) != 0x07064b50) return std::nullopt;
    const Fields end = piece(static_cast<std::int64_t>(locator.at(8, 8)), kWideEndBytes);
    if (end.at(0, 4) != 0x06064b50) damaged("its Zip64 end is not where it is said to be");
    return Directory{static_cast<std::int64_t>(end.at(48, 8)), static_cast<std::int64_t>(end.at(40, 8)),
                     static_cast<std::int64_t>(end.at(32, 8))};
  }

  /// Appends the member whose entry stands at `at`; where the next one stands.
  std::size_t read_entry(const Fields& entry, std::size_t at, std::vector<ZipMember>& members) const {
    constexpr std::size_t kEntryBytes = 46;
    if (at + kEntryBytes > entry.size() || entry.at(at, 4) != 0x02014b50) damaged("its directory breaks off");
    const std::size_t name_bytes = entry.at(at + 28, 2);
    const std::size_t extra_bytes = entry.at(at + 30, 2);
    const std::size_t next = at + kEntryBytes + name_bytes + extra_bytes + entry.at(at + 32, 2);
    if (next > entry.size()) damaged("its directory breaks off");

    ZipMember member;
    member.name = entry.text(at + kEntryBytes, name_bytes);
    const std::uint64_t method = entry.at(at + 10, 2);
    constexpr std::uint64_t kStored = 0;
    constexpr std::uint64_t kDeflated = 8;
    if ((entry.at(at + 8, 2) & 1U) != 0 || (method != kStored && method != kDeflated))
      throw DataError(
          fmt::format("{}: {} is encrypted, or compressed in a way that NumPy does not use: write "
                      "the file by numpy.savez or savez_compressed",
                      path_, member.name));
    member.deflated = method == kDeflated;
    member.crc = static_cast<std::uint32_t>(entry.at(at + 16, 4));
    std::uint64_t stored = entry.at(at + 20, 4);
    std::uint64_t content = entry.at(at + 24, 4);
    std::uint64_t header = entry.at(at + 42, 4);
    widen(entry, at + kEntryBytes + name_bytes, extra_bytes, {&content, &stored, &header});
    member.stored_bytes = static_cast<std::int64_t>(stored);
    member.content_bytes = static_cast<std::int64_t>(content);
    member.offset = data_offset(static_cast<std::int64_t>(header));
    check_sizes(member);
    members.push_back(member);
    return next;
  }

  /// Zip64: those of `fields` that do not fit stand in an extra field, in this order.
  void widen(const Fields& entry, std::size_t at, std::size_t bytes,
             std::initializer_list<std::uint64_t*> fields) const {
    const std::size_t end = at + bytes;
    while (at + 4 <= end) {
      const std::uint64_t id = entry.at(at, 2);
      const std::size_t last = at + 4 + entry.at(at + 2, 2);
      if (last > end) damaged("its directory breaks off");
      at += 4;
      for (std::uint64_t* field : fields) {
        if (id != 1 || *field != kNarrow || at + 8 > last) continue;
        *field = entry.at(at, 8);
        at += 8;
      }
      at = last;
    }
  }

  std::int64_t data_offset(std::int64_t header_offset) const {
    constexpr std::int64_t kHeaderBytes = 30;
    const Fields header = piece(header_offset, kHeaderBytes);
    if (header.at(0, 4) != 0x04034b50) damaged("a member is not where it is said to be");
    return header_offset + kHeaderBytes + static_cast<std::int64_t>(header.at(26, 2) + header.at(28, 2));
  }

  /// A damaged size must not become a request for all memory.
  void check_sizes(const ZipMember& member) const {
    constexpr std::int64_t kMostOfDeflate = 1100;  // no stream gives more bytes for one
    const bool inside = member.stored_bytes >= 0 && member.content_bytes >= 0 &&
                        member.offset <= file_bytes_ && member.stored_bytes <= file_bytes_ - member.offset;
    const bool possible = member.deflated ? member.content_bytes / kMostOfDeflate <= member.stored_bytes
                                          : member.content_bytes == member.stored_bytes;
    if (!inside || !possible) damaged(fmt::format("{} has an impossible size", member.name));
  }

  const std::string& path_;
  std::int64_t file_bytes_;
  const ReadBytes& read_;
};

}  // namespace

std::vector<ZipMember> zip_members(const std::string& path, std::int64_t file_bytes, const ReadBytes& read) {
  return Archive(path, file_bytes, read).members();
}

}  // namespace jetrain
