#pragma once

/// \file
/// Errors that a user can act on. A message says what is wrong, where (file, row, config line, rank, shapes),
/// and what to do about it; `main` prints it once and ends the whole job.

#include <stdexcept>
#include <string>

namespace jetrain {

/// Exit statuses of the program.
enum class ExitStatus : int {
  done = 0,
  failed = 1,    ///< bad data, a file that cannot be read or written, a diverged training
  usage = 2,     ///< bad command line or config
  requeue = 75,  ///< EX_TEMPFAIL: stopped by a signal, or stuck, with a checkpoint to go on from
};

/// The base of all errors that jetrain throws on purpose.
class Error : public std::runtime_error {
 public:
  /// \param message what what() gives
  /// \param status what the program ends with
  explicit Error(const std::string& message, ExitStatus status = ExitStatus::failed)
      : std::runtime_error(message), status_(status) {}
  /// \return what the program ends with, if nobody catches this
  ExitStatus status() const noexcept { return status_; }

 private:
  ExitStatus status_;
};

/// A command line or a config that cannot be meant.
class UsageError : public Error {
 public:
  /// \param message what what() gives
  explicit UsageError(const std::string& message) : Error(message, ExitStatus::usage) {}
};

/// A data file that is not there, not readable, or not what it should be.
class DataError : public Error {
 public:
  /// \param message what what() gives
  explicit DataError(const std::string& message) : Error(message) {}
};

/// An error that every rank throws at the same place, so that the job can end in an orderly way: rank 0
/// prints, all leave. Made by `Communicator::agree`, or thrown where all ranks see the same reduced value.
class CollectiveError : public Error {
 public:
  /// \param message what what() gives
  /// \param status what the program ends with
  CollectiveError(const std::string& message, ExitStatus status) : Error(message, status) {}
};

}  // namespace jetrain
