#include "run/config_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/input_file.hpp"
#include "dataset/data_files.hpp"
#include "dataset/unsaid_rows.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

void require_said_rows(const std::string& path, const Config& config) {
  const std::vector<std::string> keys = unsaid_rows(path, config);
  if (keys.empty()) return;
  throw UsageError(fmt::format(
      "{}: is a study's member's, written by an older jetrain, and does not say which jets it is trained on: "
      "add --set {}",
      path, fmt::join(keys, " --set ")));
}

}  // namespace

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
  comm.agree([&] {
    config = parse_config(text, path, assignments, data_required);
    if (data_required && comm.is_root()) require_said_rows(path, config);
  });
  if (data_required) complete_files(config.data, comm);
  return config;
}

}  // namespace jetrain
