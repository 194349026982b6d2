#pragma once

/// \file
/// What the user reads while a job runs. Only rank 0 speaks: to the terminal, and into the run's log.txt.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/log_level.hpp"
#include "core/stopwatch.hpp"

namespace spdlog {
class logger;
}

namespace jetrain {

class Log {
 public:
  enum class To : std::uint8_t { terminal, file_only };
  /// `speaks`: this is rank 0; elsewhere nothing is ever printed, or written. `level`: messages below it do
  /// not go to the terminal; the file has all from `info` on, and `debug` where that is asked for.
  explicit Log(bool speaks, LogLevel level = LogLevel::info, To to = To::terminal,
               double seconds_between_lines = 60);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  /// Messages also go, with the time, to this file: those said so far, and all that follow.
  void also_to(const std::string& file);

  /// As one line, whatever names are in it (printable_text.hpp).
  void say(LogLevel level, const std::string& text);
  void debug(const std::string& text) { say(LogLevel::debug, text); }
  void info(const std::string& text) { say(LogLevel::info, text); }
  /// "warning: " is put before it.
  void warning(const std::string& text) { say(LogLevel::warning, text); }
  /// Several lines at once, a table, say.
  void lines(const std::string& text);
  /// Whether a debug message would be read by anybody: else it need not be made.
  bool wants_debug() const noexcept { return speaks_ && level_ == LogLevel::debug; }

  /// How far a long piece of work is: on a terminal a line that replaces itself, ended by the next message;
  /// elsewhere, and in the file, a line where nothing was said for a minute (`seconds_between_lines`).
  /// `progress_due`: whether it is time for one; `at_end`: the work is done, so that the line should show it.
  bool progress_due(bool at_end) const;
  void progress(const std::string& text);

 private:
  void clear_progress();
  void write(LogLevel level, const std::string& printable);

  bool speaks_;
  LogLevel level_;
  double seconds_between_lines_;
  bool terminal_;                                       ///< lines can be replaced
  std::shared_ptr<spdlog::logger> console_;             ///< none: silent
  std::shared_ptr<spdlog::logger> file_;                ///< none: not yet, or never
  std::vector<std::pair<LogLevel, std::string>> said_;  ///< before there was a file
  Stopwatch since_shown_;
  Stopwatch since_line_;
  bool line_open_ = false;
};

}  // namespace jetrain
