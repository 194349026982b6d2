#include "layouts/numpy_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "io/deflate_stream.hpp"
#include "io/npy_header.hpp"
#include "io/shared_read.hpp"
#include "io/zip_directory.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using File = std::shared_ptr<const InputFile>;

/// Rows of an array that stands as it is from `offset` of the file on.
class PlainRows : public RowBytes {
 public:
  PlainRows(const InputFile& file, std::string name, std::int64_t offset, std::size_t row_bytes)
      : file_(file), name_(std::move(name)), offset_(offset), row_bytes_(row_bytes) {}
  void read(std::int64_t first, std::int64_t count, std::byte* to) override {
    try {
      file_.read(offset_ + first * static_cast<std::int64_t>(row_bytes_),
                 {to, static_cast<std::size_t>(count) * row_bytes_});
    } catch (const ReadError& error) {
      throw ReadError(fmt::format("{} (rows {} to {} of {})", error.what(), first, first + count - 1, name_));
    }
  }

 private:
  const InputFile& file_;
  std::string name_;
  std::int64_t offset_;
  std::size_t row_bytes_;
};

/// Rows of a deflated one. Going back begins anew.
class DeflatedRows : public RowBytes {
 public:
  DeflatedRows(const InputFile& file, const ZipMember& member, std::string name, std::int64_t data_at,
               std::size_t row_bytes)
      : file_(file), member_(member), name_(std::move(name)), data_at_(data_at), row_bytes_(row_bytes) {}
  void read(std::int64_t first, std::int64_t count, std::byte* to) override {
    const std::int64_t offset = data_at_ + first * static_cast<std::int64_t>(row_bytes_);
    if (!stream_ || offset < stream_->position()) {
      stream_ = std::make_unique<DeflateStream>(
          member_, name_,
          [&file = file_](std::int64_t at, std::span<std::byte> bytes) { file.read(at, bytes); });
    }
    stream_->read(offset, {to, static_cast<std::size_t>(count) * row_bytes_});
  }

 private:
  const InputFile& file_;
  const ZipMember& member_;
  std::string name_;
  std::int64_t data_at_;
  std::size_t row_bytes_;
  std::unique_ptr<DeflateStream> stream_;
};

StoredType type_of(const NpyHeader& header) {
  StoredType type;
  type.number = number_format(std::string_view(header.type));
  if (type.number) {
    type.bytes = type.number->bytes;
    type.words = describe(*type.number);
  } else {
    type.words = header.type.find('O') != std::string::npos ? "Python objects" : "NumPy's " + header.type;
  }
  return type;
}

class NumpyArray : public StoredArray {
 public:
  NumpyArray(std::string name, File file, ZipMember member, const NpyHeader& header)
      : StoredArray(std::move(name), header.shape, type_of(header)),
        file_(std::move(file)),
        member_(std::move(member)),
        data_at_(static_cast<std::int64_t>(header.data_at)) {
    if (type().words == "Python objects") {
      refusal_ =
          "holds pickled Python objects: save an array of numbers, lists of different lengths padded by "
          "zeros";
    } else if (header.fortran_order && shape().size() > 1) {
      refusal_ = "stands in Fortran's order, columns before rows: save numpy.ascontiguousarray(...) of it";
    }
    require_whole();
  }

  ArrayFacts facts() const override {
    ArrayFacts facts;
    facts.type = type().words;
    facts.shape = shape();
    facts.filters = member_.deflated ? "deflate" : "none";
    facts.stored_bytes = member_.stored_bytes;
    facts.decoded_bytes = rows() * static_cast<std::int64_t>(row_bytes());
    return facts;
  }

  std::unique_ptr<RowBytes> reading() const override {
    if (member_.deflated)
      return std::make_unique<DeflatedRows>(*file_, member_, name(), data_at_, row_bytes());
    return std::make_unique<PlainRows>(*file_, name(), member_.offset + data_at_, row_bytes());
  }

 private:
  /// A damaged size must not become a request for all memory.
  void require_whole() const {
    if (!type().number) return;
    std::int64_t left = (member_.content_bytes - data_at_) / static_cast<std::int64_t>(type().bytes);
    std::int64_t count = 1;
    for (const std::int64_t size : shape()) {
      if (size > 0 && count > left / size)
        throw DataError(fmt::format("{} is cut off: copy or write the file again", name()));
      count *= size;
    }
  }

  File file_;
  ZipMember member_;
  std::int64_t data_at_;
};

/// The header in front of a member's values.
NpyHeader header_of(const std::string& name, const ZipMember& member, const ReadBytes& read) {
  constexpr std::int64_t kBefore = 12;  // all of the length, of either width
  constexpr std::int64_t kMostBytes = std::int64_t{1} << 20;
  std::optional<DeflateStream> stream;
  if (member.deflated) stream.emplace(member, name, read);
  std::string bytes;
  const auto take = [&](std::int64_t count) {
    const auto begin = static_cast<std::int64_t>(bytes.size());
    count = std::min(count, member.content_bytes - begin);
    bytes.resize(static_cast<std::size_t>(begin + count));
    const auto piece = std::as_writable_bytes(std::span(bytes)).subspan(static_cast<std::size_t>(begin));
    if (stream) {
      stream->read(begin, piece);
    } else {
      read(member.offset + begin, piece);
    }
  };
  take(kBefore);
  take(std::clamp<std::int64_t>(npy_header_bytes(bytes) - kBefore, 0, kMostBytes));
  return parse_npy_header(name, bytes);
}

/// One that is no array of numbers may stand beside others that are: it is refused where it is asked for.
class UnreadableMember : public StoredArray {
 public:
  UnreadableMember(std::string name, const std::string& reason) : StoredArray(std::move(name), {0}, {}) {
    refusal_ = "cannot be used: " + reason;
  }
  ArrayFacts facts() const override { return {}; }
  std::unique_ptr<RowBytes> reading() const override { return nullptr; }
};

std::unique_ptr<StoredArray> open_member(const std::string& name, const File& file, const ZipMember& member,
                                         const ReadBytes& read) {
  std::optional<NpyHeader> header;
  std::string reason;
  try {
    header = header_of(name, member, read);
  } catch (const ReadError&) {
    throw;
  } catch (const DataError& error) {
    reason = error.what();
  }
  if (!header) return std::make_unique<UnreadableMember>(name, reason);
  return std::make_unique<NumpyArray>(name, file, member, *header);
}

}  // namespace

NumpyFile::NumpyFile(const std::string& path, const Communicator& comm) {
  File file;
  comm.agree([&] { file = std::make_shared<const InputFile>(path); });
  comm.agree([&] {
    const ReadBytes read = [&](std::int64_t offset, std::span<std::byte> bytes) {
      read_shared(*file, comm, offset, bytes);
    };
    std::string magic(std::min<std::size_t>(kZipMagic.size(), static_cast<std::size_t>(file->size())), '\0');
    read(0, std::as_writable_bytes(std::span(magic)));
    const bool archive = magic.starts_with("PK");
    std::vector<ZipMember> members;
    if (archive) {
      members = zip_members(path, file->size(), read);
    } else {
      members.push_back({std::string(kOnlyArray) + ".npy", 0, file->size(), file->size()});
    }
    for (const ZipMember& member : members) {
      constexpr std::string_view kEnding = ".npy";
      if (!member.name.ends_with(kEnding)) continue;
      names_.push_back(member.name.substr(0, member.name.size() - kEnding.size()));
      const std::string name = archive ? path + ":" + names_.back() : path;
      arrays_.push_back(open_member(name, file, member, read));
    }
  });
}

std::unique_ptr<StoredArray> NumpyFile::open(const std::string& name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return nullptr;
  return std::move(arrays_[static_cast<std::size_t>(found - names_.begin())]);
}

}  // namespace jetrain
