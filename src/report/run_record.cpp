#include "report/run_record.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/input_file.hpp"
#include "jetrain/error.hpp"
#include "report/short_names.hpp"
#include "run/history_csv.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  if (auto text = try_read_whole(path)) return std::move(*text);
  const int cause = errno;
  throw DataError(fmt::format("cannot read {}: {}{}", path, std::strerror(cause),
                              cause == ENOENT ? ": is its folder the --out of a training?" : ""));
}

}  // namespace

std::vector<RunRecord> read_runs(const std::vector<std::string>& paths) {
  const std::vector<std::string> names = short_names(paths);
  std::vector<RunRecord> runs;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string& path = paths[i];
    RunRecord run;
    run.path = path;
    run.name = names[i];
    const auto file = [&](const char* name) { return (fs::path(path) / name).string(); };
    run.yaml = read_file(file("config.yaml"));
    run.config = parse_stored_config(run.yaml, file("config.yaml"));
    run.history = parse_history(read_file(file("history.csv")), file("history.csv"));
    run.ended = RunDirectory::holds_result(path);
    if (run.ended) run.result = parse_result(read_file(file("result.json")), file("result.json"));
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace jetrain
