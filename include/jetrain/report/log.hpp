#pragma once

/// \file
/// What the user reads while a job runs. Only rank 0 speaks: to the terminal, and into the run's log.txt.

#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace jetrain {

class Log {
 public:
  /// `speaks`: this is rank 0; elsewhere nothing is ever printed.
  explicit Log(bool speaks);
  ~Log();
  /// From now on lines also go, with the time, to this file.
  void also_to(const std::string& file);

  void line(const std::string& text);
  /// A line that replaces itself, on a terminal only; ended by the next `line`.
  void progress(const std::string& text);
  bool shows_progress() const noexcept { return terminal_; }

 private:
  std::shared_ptr<spdlog::logger> logger_;
  bool terminal_ = false;
  bool line_open_ = false;
};

}  // namespace jetrain
