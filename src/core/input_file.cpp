#include "core/input_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "jetrain/error.hpp"

namespace jetrain {

std::optional<std::string> try_read_whole(const std::string& path, std::size_t most) {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::error_code unknown;  // of a pipe
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  // The end is met by reading past it.
  std::string bytes(unknown ? kPiece : std::min<std::uintmax_t>(size, most) + 1, '\0');
  std::size_t read = 0;
  while (true) {
    in.read(bytes.data() + read, static_cast<std::streamsize>(bytes.size() - read));
    read += static_cast<std::size_t>(in.gcount());
    if (in.bad()) return std::nullopt;
    if (in.eof() || read > most) break;
    bytes.resize(2 * bytes.size());
  }
  bytes.resize(read);
  return bytes;
}

std::string read_whole(const std::string& path) {
  if (auto bytes = try_read_whole(path)) return std::move(*bytes);
  throw DataError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
}

}  // namespace jetrain
