#include "run/config_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

Config load_config(const std::string& path, const std::vector<std::string>& assignments, bool data_required,
                   const Communicator& comm) {
  std::string text;
  comm.agree([&] {
    if (!comm.is_root()) return;
    if (std::filesystem::is_directory(path))
      throw UsageError(fmt::format("the config {} is a folder, not a file", path));
    auto content = try_read_whole(path, kLongestConfig);
    if (!content) throw UsageError(fmt::format("cannot read the config {}: {}", path, std::strerror(errno)));
    text = std::move(*content);
  });
  text = comm.broadcast(text);
  Config config;
  comm.agree([&] { config = parse_config(text, path, assignments, data_required); });
  return config;
}

}  // namespace jetrain
