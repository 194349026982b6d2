#include "run/config_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "jetrain/error.hpp"

namespace jetrain {

Config load_config(const std::string& path, const std::vector<std::string>& assignments, bool data_required,
                   const Communicator& comm) {
  std::string text;
  comm.agree([&] {
    if (!comm.is_root()) return;
    if (std::filesystem::is_directory(path))
      throw UsageError(fmt::format("the config {} is a folder, not a file", path));
    std::ifstream in(path);
    text.assign(std::istreambuf_iterator<char>(in), {});
    if (!in) throw UsageError(fmt::format("cannot read the config {}: {}", path, std::strerror(errno)));
  });
  text = comm.broadcast(text);
  Config config;
  comm.agree([&] { config = parse_config(text, path, assignments, data_required); });
  return config;
}

}  // namespace jetrain
