#include "core/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/uninterrupted.hpp"

namespace jetrain {
namespace {

[[noreturn]] void refuse(const std::string& path, int cause) {
  throw ReadError(fmt::format("cannot read {}: {}", path, std::strerror(cause)));
}

[[noreturn]] void fail(const std::string& path, ReadCause cause) {
  throw ReadError(fmt::format("reading {} failed: {}", path, describe_read_cause(cause)));
}

/// Closed at the end of its scope. What closing a file that was only read says does not matter.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) {
    do file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    while (file_ < 0 && errno == EINTR);
  }
  ~Descriptor() {
    if (file_ >= 0) close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return file_; }
  int release() noexcept { return std::exchange(file_, -1); }

 private:
  int file_ = -1;
};

}  // namespace

std::string describe_read_cause(ReadCause cause) {
  return cause == kFileTooShort ? "the file got shorter while it was read" : std::strerror(cause);
}

ReadCause read_at(int file, std::int64_t offset, std::span<std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = pread(file, bytes.data(), bytes.size(), offset);
    if (count == 0) return kFileTooShort;
    if (count < 0 && errno != EINTR) return errno;
    if (count < 0) continue;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
  return 0;
}

InputFile::InputFile(const std::string& path) : path_(path) {
  Descriptor file(path);
  if (file.number() < 0) refuse(path, errno);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) refuse(path, errno);
  if (S_ISDIR(status.st_mode)) refuse(path, EISDIR);
  size_ = status.st_size;
  file_ = file.release();
}

InputFile::~InputFile() {
  if (file_ >= 0) close(file_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), file_(other.release()), size_(other.size_) {}

int InputFile::release() noexcept {
  return std::exchange(file_, -1);
}

void InputFile::read(std::int64_t offset, std::span<std::byte> bytes) const {
  if (const ReadCause cause = read_at(file_, offset, bytes); cause != 0) fail(path_, cause);
}

bool is_there(const std::string& path) {
  struct stat status {};
  if (uninterrupted([&] { return ::stat(path.c_str(), &status); }) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) refuse(path, errno);
  return false;
}

std::vector<std::filesystem::path> entries_of(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failure(EINTR, std::generic_category());
  fs::directory_iterator entry;
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries && failure == std::errc::interrupted; ++tries)
    entry = fs::directory_iterator(folder, failure);
  if (failure == std::errc::no_such_file_or_directory) return {};
  std::vector<fs::path> entries;
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure))
    entries.push_back(entry->path());
  if (failure) refuse(folder, failure.value());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::optional<std::string> try_read_whole(const std::string& path, std::size_t most) {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  const Descriptor file(path);
  if (file.number() < 0) return std::nullopt;
  struct stat status {};
  const bool sized = fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
  // The end is met by reading past it: a pipe has no size, and a file may grow.
  std::string bytes(sized ? std::min(static_cast<std::size_t>(status.st_size), most) + 1 : kPiece, '\0');
  std::size_t have = 0;
  while (true) {
    const ssize_t count = ::read(file.number(), bytes.data() + have, bytes.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, errno);
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
    if (have > most) break;
    if (have == bytes.size()) bytes.resize(2 * bytes.size());
  }
  if (sized && have < std::min(static_cast<std::size_t>(status.st_size), most)) fail(path, kFileTooShort);
  bytes.resize(have);
  return bytes;
}

std::string read_whole(const std::string& path) {
  if (auto bytes = try_read_whole(path)) return std::move(*bytes);
  refuse(path, errno);
}

}  // namespace jetrain
