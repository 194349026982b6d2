#include "io/deflate_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Bytes of the file, or of what is passed by, at a time.
constexpr std::int64_t kPiece = std::int64_t{1} << 18;

}  // namespace

DeflateStream::DeflateStream(ZipMember member, std::string name, ReadBytes read)
    : member_(std::move(member)), name_(std::move(name)), read_(std::move(read)) {
  // Without zlib's own header: the archive has one.
  if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

DeflateStream::~DeflateStream() {
  inflateEnd(&stream_);
}

void DeflateStream::read(std::int64_t offset, std::span<std::byte> bytes) {
  if (offset < position_) throw std::logic_error("a compressed member cannot be read backwards");
  std::vector<std::byte> passed(static_cast<std::size_t>(std::min(kPiece, offset - position_)));
  while (position_ < offset)
    next(std::span(passed).first(static_cast<std::size_t>(std::min(kPiece, offset - position_))));
  next(bytes);
}

void DeflateStream::next(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto wanted = static_cast<uInt>(std::min<std::size_t>(bytes.size(), kPiece));
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_out = wanted;
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0) feed();
      const int status = inflate(&stream_, Z_NO_FLUSH);
      ended_ = status == Z_STREAM_END;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_BUF_ERROR) break;  // nothing is left to be fed
      if (status != Z_OK && !ended_)
        throw DataError(fmt::format("{} is damaged (it cannot be decompressed): copy the file again", name_));
    }
    if (stream_.avail_out > 0)
      throw DataError(fmt::format("{} is damaged (it ends too early): copy the file again", name_));
    crc_ = static_cast<std::uint32_t>(crc32(crc_, reinterpret_cast<const Bytef*>(bytes.data()), wanted));
    position_ += wanted;
    bytes = bytes.subspan(wanted);
  }
  if (position_ == member_.content_bytes) check_end();
}

void DeflateStream::feed() {
  const std::int64_t left = member_.stored_bytes - consumed_;
  if (left == 0) return;  // zlib may still have some to give
  stored_.resize(static_cast<std::size_t>(std::min(kPiece, left)));
  read_(member_.offset + consumed_, stored_);
  consumed_ += std::ssize(stored_);
  stream_.next_in = reinterpret_cast<Bytef*>(stored_.data());
  stream_.avail_in = static_cast<uInt>(stored_.size());
}

void DeflateStream::check_end() {
  if (crc_ != member_.crc)
    throw DataError(fmt::format("{} is damaged (its checksum does not match): copy the file again", name_));
}

}  // namespace jetrain
