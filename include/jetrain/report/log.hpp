#pragma once

/// \file
/// What the user reads while a job runs. Only rank 0 speaks: to the terminal, and into the run's log.txt.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}

namespace jetrain {

class Log {
 public:
  enum class To : std::uint8_t { terminal, file_only };
  /// `speaks`: this is rank 0; elsewhere nothing is ever printed, or written.
  explicit Log(bool speaks, To to = To::terminal);
  ~Log();
  /// Lines also go, with the time, to this file: those said so far, and all that follow.
  void also_to(const std::string& file);

  void line(const std::string& text);
  /// A line that replaces itself, on a terminal only; ended by the next `line`.
  void progress(const std::string& text);
  bool shows_progress() const noexcept { return terminal_; }

 private:
  std::shared_ptr<spdlog::logger> logger_;
  std::vector<std::string> said_;  ///< before there was a file
  bool terminal_ = false;
  bool has_file_ = false;
  bool line_open_ = false;
};

}  // namespace jetrain
