#include "run/run_lock.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <thread>

#include "core/host_name.hpp"
#include "core/printable_text.hpp"
#include "core/uninterrupted.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// A job that was killed, or that sees a signal, is gone within so long.
constexpr std::chrono::milliseconds kPatience(3000);
constexpr std::chrono::milliseconds kPause(100);

std::string content_of(int file) {
  std::array<char, 512> bytes{};
  const auto count = pread(file, bytes.data(), bytes.size(), 0);
  const std::string text(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  return printable_line(text.substr(0, text.find('\n')));
}

/// "4711 node07 2026-11-27 17:15:39"
struct Holder {
  explicit Holder(const std::string& text) {
    std::istringstream words(text);
    words >> process >> host;
    std::getline(words >> std::ws, since);
  }
  long process = 0;
  std::string host;
  std::string since;
};

std::string own_line() {
  return fmt::format("{} {} {:%Y-%m-%d %H:%M:%S}\n", getpid(), host_name(),
                     fmt::localtime(std::time(nullptr)));
}

/// Where locks are not known: whether the file's process is one of this host that is still there.
bool is_at_work(const std::string& text) {
  const Holder holder(text);
  return holder.process > 0 && holder.process != getpid() && holder.host == host_name() &&
         (kill(static_cast<pid_t>(holder.process), 0) == 0 || errno == EPERM);
}

/// Whether `path` is still the file that was opened: who gives the lock back removes it.
bool is_same_file(int file, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

RunLock::RunLock(std::string folder)
    : folder_(std::move(folder)), path_((std::filesystem::path(folder_) / "run.lock").string()) {}

RunLock::~RunLock() {
  if (file_ < 0) return;
  // Before others can have the lock: they see that it is gone, and make their own. Not the file of others,
  // where somebody has removed the folder meanwhile. Looked at twice: a network's file system may fail once.
  if (is_same_file(file_, path_) || is_same_file(file_, path_)) unlink(path_.c_str());
  close(file_);
}

RunLock::Answer RunLock::try_once() {
  const int file = uninterrupted([&] { return open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); });
  if (file < 0) throw DataError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  // Of the open file, not of the process: two trainings of one program must not share it either.
  const bool locked = uninterrupted([&] { return fcntl(file, F_OFD_SETLK, &whole); }) == 0;
  const bool refused = !locked && (errno == EAGAIN || errno == EACCES);
  known_ = locked || refused;  // else ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL: each file system has its own
  holder_ = content_of(file);
  Answer answer = Answer::taken;
  if (refused || (!known_ && is_at_work(holder_)))
    answer = Answer::held;
  else if (!is_same_file(file, path_))
    answer = Answer::changed;
  if (answer != Answer::taken) {
    close(file);
    return answer;
  }
  // What it says is for people; where it cannot be written, the lock holds all the same.
  const std::string line = own_line();
  if (ftruncate(file, 0) != 0 || pwrite(file, line.data(), line.size(), 0) < 0) errno = 0;
  file_ = file;
  return answer;
}

void RunLock::take() {
  if (is_taken()) return;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  Answer answer = try_once();
  while (answer != Answer::taken && std::chrono::steady_clock::now() < end) {
    if (answer == Answer::held) std::this_thread::sleep_for(kPause);
    answer = try_once();
  }
  if (answer == Answer::taken) return;
  const Holder holder(holder_);
  const std::string who = holder.process > 0 ? fmt::format(" (process {} on {}, since {})", holder.process,
                                                           holder.host, holder.since)
                                             : "";
  throw UsageError(fmt::format(
      "{}: another job trains in this run directory{}: wait for its end or end it, or choose another --out",
      folder_, who));
}

}  // namespace jetrain
