#include "exchange/zip_archive.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kDirectorySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kDirectoryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::uint32_t kVersion = 20;
constexpr std::uint32_t kFirstDay = (1U << 5) | 1U;  // 1980-01-01, so that equal contents give equal files
constexpr std::uint32_t kDeflated = 8;

/// Appends the lowest `bytes` bytes, the lowest first.
void put(std::string& out, int bytes, std::uint64_t value) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint32_t checksum(std::string_view content) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

/// What the header of a member and its entry in the directory share.
void put_facts(std::string& out, const std::string& name, const std::string& content) {
  put(out, 2, kVersion);
  put(out, 2, 0);  // flags
  put(out, 2, 0);  // stored
  put(out, 2, 0);  // time
  put(out, 2, kFirstDay);
  put(out, 4, checksum(content));
  put(out, 4, content.size());
  put(out, 4, content.size());
  put(out, 2, name.size());
  put(out, 2, 0);  // extra field
}

/// Numbers at places of an archive; DataError beyond its end.
class Reader {
 public:
  Reader(const std::string& path, std::string_view bytes) : path_(path), bytes_(bytes) {}

  [[noreturn]] void damaged(const char* what) const {
    throw DataError(fmt::format("{} is not a .npz file, or damaged: {}", path_, what));
  }
  std::string_view part(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) damaged("it is cut off");
    return bytes_.substr(at, size);
  }
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    std::uint32_t value = 0;
    const std::string_view text = part(at, bytes);
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[i]);
    return value;
  }
  /// The directory's end stands last, but for a comment.
  std::size_t find_end() const {
    if (bytes_.size() < kEndBytes) damaged("it has no directory");
    const std::string signature("PK\x05\x06", 4);
    const std::size_t at = bytes_.rfind(signature);
    if (at == std::string_view::npos) damaged("it has no directory");
    return at;
  }

 private:
  const std::string& path_;
  std::string_view bytes_;
};

std::string inflated(std::string_view packed, std::size_t size, const Reader& reader) {
  constexpr std::size_t kMostOfDeflate = 1100;  // no stream gives more bytes for one
  if (size / kMostOfDeflate > packed.size()) reader.damaged("a member's size is impossible");
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error("zlib cannot start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) reader.damaged("a member does not decompress");
  return out;
}

}  // namespace

std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  std::string directory;
  for (const auto& [name, content] : members) {
    const std::size_t at = out.size();
    put(out, 4, kLocalSignature);
    put_facts(out, name, content);
    out += name + content;
    put(directory, 4, kDirectorySignature);
    put(directory, 2, kVersion);
    put_facts(directory, name, content);
    put(directory, 6, 0);  // comment, disk, kind of text
    put(directory, 4, 0);  // file attributes
    put(directory, 4, at);
    directory += name;
  }
  const std::size_t directory_at = out.size();
  out += directory;
  put(out, 4, kEndSignature);
  put(out, 4, 0);  // disks
  put(out, 2, members.size());
  put(out, 2, members.size());
  put(out, 4, directory.size());
  put(out, 4, directory_at);
  put(out, 2, 0);  // comment
  if (out.size() > std::numeric_limits<std::uint32_t>::max() ||
      members.size() >= std::numeric_limits<std::uint16_t>::max())
    throw DataError("the network is too large for a .npz file of jetrain: 4 GB");
  return out;
}

std::map<std::string, std::string> unzip(const std::string& path, const std::string& archive) {
  const Reader in(path, archive);
  const std::size_t end = in.find_end();
  const std::uint32_t count = in.number(end + 10, 2);
  std::size_t at = in.number(end + 16, 4);
  std::map<std::string, std::string> members;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (in.number(at, 4) != kDirectorySignature) in.damaged("its directory is broken");
    const std::uint32_t method = in.number(at + 10, 2);
    const std::uint32_t crc = in.number(at + 16, 4);
    const std::size_t packed_size = in.number(at + 20, 4);
    const std::size_t size = in.number(at + 24, 4);
    const std::size_t name_size = in.number(at + 28, 2);
    const std::size_t local = in.number(at + 42, 4);
    const std::string name(in.part(at + kDirectoryBytes, name_size));
    at += kDirectoryBytes + name_size + in.number(at + 30, 2) + in.number(at + 32, 2);
    if (in.number(local, 4) != kLocalSignature) in.damaged("a member is not where the directory says");
    const std::size_t begin = local + kLocalBytes + in.number(local + 26, 2) + in.number(local + 28, 2);
    const std::string_view packed = in.part(begin, packed_size);
    if (method != 0 && method != kDeflated)
      in.damaged("a member is compressed in a way that NumPy does not use");
    if (method == 0 && packed_size != size) in.damaged("a member's sizes differ");
    std::string content = method == 0 ? std::string(packed) : inflated(packed, size, in);
    if (checksum(content) != crc) in.damaged("a member's checksum does not match");
    members[name] = std::move(content);
  }
  return members;
}

}  // namespace jetrain
