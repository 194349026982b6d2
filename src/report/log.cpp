#include "jetrain/report/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace jetrain {
namespace {

/// Open MPI's mpirun gives rank 0 a pseudo-terminal of its own, also where mpirun's output goes to a file;
/// what counts is then the output of mpirun, our parent.
bool user_sees_a_terminal() {
  if (isatty(STDOUT_FILENO) != 1) return false;
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) return true;
  std::error_code failure;
  const auto target =
      std::filesystem::read_symlink(fmt::format("/proc/{}/fd/1", getppid()), failure).string();
  return target.starts_with("/dev/pts/") || target.starts_with("/dev/tty");
}

}  // namespace

Log::Log(bool speaks, To to) : terminal_(speaks && to == To::terminal && user_sees_a_terminal()) {
  if (!speaks) return;
  logger_ = std::make_shared<spdlog::logger>("jetrain");
  logger_->flush_on(spdlog::level::info);
  if (to == To::file_only) return;
  auto console = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  console->set_pattern("%v");
  logger_->sinks().push_back(console);
}

Log::~Log() {
  if (line_open_) fmt::print("\n");
}

void Log::also_to(const std::string& file) {
  if (!logger_) return;
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  sink->set_pattern("%Y-%m-%d %H:%M:%S  %v");
  logger_->sinks().push_back(sink);
  for (const std::string& text : said_) sink->log(spdlog::details::log_msg("", spdlog::level::info, text));
  said_.clear();
  has_file_ = true;
}

void Log::line(const std::string& text) {
  if (!logger_) return;
  if (line_open_) fmt::print("\r\x1b[K");
  line_open_ = false;
  std::fflush(stdout);
  logger_->info("{}", text);
  if (!has_file_) said_.push_back(text);
}

void Log::progress(const std::string& text) {
  if (!terminal_) return;
  fmt::print("\r\x1b[K{}", text);
  std::fflush(stdout);
  line_open_ = true;
}

}  // namespace jetrain
