#include "telemetry/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/printable_text.hpp"

namespace jetrain {
namespace {

constexpr double kSecondsBetweenShown = 0.2;
/// What does not fit into a narrow terminal is cut: a second line could not be replaced. (Its width is not
/// known: under mpirun it is not our terminal.)
constexpr const char* kKeepOneLine = "\x1b[?7l";
constexpr const char* kWrapAgain = "\x1b[?7h";

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

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Writes each line at once, from this level on.
std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink, const char* pattern, LogLevel level) {
  sink->set_pattern(pattern);
  auto logger = std::make_shared<spdlog::logger>("jetrain", std::move(sink));
  logger->set_level(spdlog_level(level));
  logger->flush_on(spdlog_level(level));
  return logger;
}

std::string line_of(LogLevel level, const std::string& text) {
  return level == LogLevel::warning ? "warning: " + text : text;
}

}  // namespace

Log::Log(bool speaks, LogLevel level, To to, double seconds_between_lines)
    : speaks_(speaks),
      level_(level),
      seconds_between_lines_(seconds_between_lines),
      terminal_(speaks && to == To::terminal && level <= LogLevel::info && user_sees_a_terminal()) {
  if (speaks && to == To::terminal)
    console_ = make_logger(std::make_shared<spdlog::sinks::stdout_sink_mt>(), "%v", level);
}

Log::~Log() {
  if (line_open_) fmt::print("\n");
}

void Log::also_to(const std::string& file) {
  if (!speaks_) return;
  file_ = make_logger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file), "%Y-%m-%d %H:%M:%S  %v",
                      std::min(level_, LogLevel::info));
  for (const auto& [level, text] : said_) file_->log(spdlog_level(level), "{}", text);
  said_.clear();
}

void Log::say(LogLevel level, const std::string& text) {
  if (speaks_) write(level, printable_line(line_of(level, text)));
}

void Log::lines(const std::string& text) {
  if (speaks_) write(LogLevel::info, printable_lines(text));
}

void Log::write(LogLevel level, const std::string& printable) {
  clear_progress();
  since_line_.restart();
  if (console_) console_->log(spdlog_level(level), "{}", printable);
  if (file_)
    file_->log(spdlog_level(level), "{}", printable);
  else
    said_.emplace_back(level, printable);
}

void Log::clear_progress() {
  if (!line_open_) return;
  fmt::print("\r\x1b[K");
  std::fflush(stdout);
  line_open_ = false;
}

bool Log::progress_due(bool at_end) const {
  if (terminal_ && (at_end || since_shown_.seconds() >= kSecondsBetweenShown)) return true;
  return speaks_ && !at_end && since_line_.seconds() >= seconds_between_lines_;
}

void Log::progress(const std::string& text) {
  if (since_line_.seconds() >= seconds_between_lines_) {
    since_line_.restart();
    if (file_) file_->info("{}", text);
    if (console_ && !terminal_) console_->info("{}", text);
  }
  if (!terminal_) return;
  fmt::print("\r\x1b[K{}{}{}", kKeepOneLine, text, kWrapAgain);
  std::fflush(stdout);
  line_open_ = true;
  since_shown_.restart();
}

}  // namespace jetrain
