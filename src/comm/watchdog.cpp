#include "comm/watchdog.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>

#include "comm/hosts.hpp"
#include "comm/launcher.hpp"
#include "core/crash.hpp"
#include "core/printable_text.hpp"
#include "core/stop_signal.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// The pause between a rank's beats, longer where rank 0 has many ranks to hear and to tell.
double beat_seconds(int ranks) {
  return std::clamp(ranks / 1024.0, 0.25, 1.0);
}
/// Rank 0 wakes for all the beats of so long at once where there are many, not for each.
constexpr int kManyRanks = 64;
constexpr std::chrono::milliseconds kGathering{20};
/// So many that did not come say something where nothing else does.
constexpr double kMissedBeats = 4;
/// A thread that slept longer than this between two beats was itself stopped (Ctrl-Z, a suspended job).
constexpr double kOwnGapSeconds = 5.0;
/// A rank that says nothing for so long is stopped, or its network is cut.
constexpr double kSilenceSeconds = 5.0;
/// Ranks killed this long after a SIGTERM were killed by the launcher, which has its reasons.
constexpr double kLauncherSeconds = 0.5;

/// Who ends the job has so long for the rescue, in which the others leave the word to it.
constexpr double kRescueSeconds = 20;

/// Rank 0 ends a job that stands still; where it cannot, rank 1; where it cannot, all the others.
constexpr std::array<double, 3> kGraceSeconds{0, 5, 5 + kRescueSeconds};

/// How long mpirun may try to end the ranks of a host that does not answer.
constexpr int kLauncherPatienceSeconds = 5;

enum class Kind : std::uint8_t { beat, crashed, leaving, ending, spoken };

struct Beat {
  Kind kind = Kind::beat;
  int code = 0;  ///< a crash's signal; the exit status of one who has spoken
  progress::Snapshot at;
};

RankLinks::Message pack(Kind kind, int code = 0) noexcept {
  const Beat beat{kind, code, progress::now()};
  RankLinks::Message message{};
  static_assert(sizeof beat <= sizeof message && std::is_trivially_copyable_v<Beat>);
  std::memcpy(message.data(), &beat, sizeof beat);
  return message;
}

Beat unpack(const RankLinks::Message& message) noexcept {
  Beat beat;
  std::memcpy(&beat, message.data(), sizeof beat);
  return beat;
}

std::string place(const progress::Snapshot& at) {
  if (at.epoch == 0) return "";
  return fmt::format(" of epoch {} step {}", at.epoch, at.step);
}

/// Whether this rank waits in an allreduce, to which the others must come.
bool in_allreduce(const progress::Snapshot& at) {
  return at.waiting && at.activity == progress::Activity::computing;
}

/// For the crash handler, which has no object.
std::atomic<RankLinks*> crash_links{nullptr};

bool report_crash(int signal) {
  RankLinks* const links = crash_links.load();
  if (links != nullptr)
    links->send(signal == kHasSpoken ? pack(Kind::spoken, static_cast<int>(ExitStatus::failed))
                                     : pack(Kind::crashed, signal));
  return links != nullptr;
}

}  // namespace

Watchdog::Watchdog(std::int64_t stall_seconds, const Communicator& comm)
    : rank_(comm.rank()),
      size_(comm.size()),
      stall_seconds_(static_cast<double>(stall_seconds)),
      hosts_(gather_host_names(comm)),
      links_(comm),
      ranks_(static_cast<std::size_t>(comm.size())) {
  if (links_.unlinked() == 0 && size_ > 1) {
    crash_links = &links_;
    report_crashes_to(report_crash);
  }
  sigset_t all;  // signals are for the main thread
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { watch(); });  // what nobody catches there, is told as it ends the process
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watchdog::~Watchdog() {
  report_crashes_to(nullptr);
  crash_links = nullptr;
  links_.send(pack(Kind::leaving));
  leaving_ = true;
  links_.wake();
  thread_.join();
}

void Watchdog::announce_end(ExitStatus status) noexcept {
  RankLinks* const links = crash_links.load();
  if (links != nullptr) links->send(pack(Kind::spoken, static_cast<int>(status)));
}

void Watchdog::set_rescue(std::function<Rescued()> rescue) {
  const std::lock_guard lock(rescue_mutex_);
  rescue_ = std::move(rescue);
}

void Watchdog::watch() {
  const double beat = beat_seconds(size_);
  Stopwatch since_beat;
  while (!leaving_) {
    if (rank_ == 0 && size_ > kManyRanks) std::this_thread::sleep_for(kGathering);
    const double left = beat - since_beat.seconds();
    for (const RankLinks::Event& event : links_.wait(std::max(0, static_cast<int>(1000 * left)))) heed(event);
    if (since_beat.seconds() < beat) continue;
    if (since_beat.seconds() > kOwnGapSeconds)
      for (Watched& watched : ranks_) watched.since_progress.restart(), watched.since_heard.restart();
    since_beat.restart();
    links_.send(pack(Kind::beat));
    look_for_stall();
  }
}

void Watchdog::heed(const RankLinks::Event& event) {
  Watched& watched = ranks_[static_cast<std::size_t>(event.rank)];
  if (event.lost) {
    if (!watched.left) lost(event.rank, 0);
    return;
  }
  const Beat beat = unpack(event.message);
  watched.since_heard.restart();
  if (!progress::same(beat.at, watched.last)) watched.since_progress.restart();
  watched.last = beat.at;
  switch (beat.kind) {
    case Kind::beat:
      break;
    case Kind::crashed:
      lost(event.rank, beat.code);
    case Kind::leaving:
      watched.left = true;
      break;
    case Kind::ending:
      since_ending_.emplace();
      break;
    case Kind::spoken:
      spoken_status_ = beat.code;
      if (rank_ == 0) links_.send(event.message);  // to all others
      break;
  }
}

/// Where one rank is stuck, others wait for it and stand still, too: it is the one that does not wait, or
/// does not answer. One that waits has no other progress to make than to answer: through a long validation it
/// may be standing for any time, and then fall silent for moments. Where all wait, it is one whose beats have
/// ceased (it was stopped while it waited), or the one furthest behind.
std::vector<int> Watchdog::stuck_ranks() const {
  const double limit = stall_seconds_ + kGraceSeconds[static_cast<std::size_t>(std::min(rank_, 2))];
  const auto is_silent = [&](int rank) {
    const Watched& watched = ranks_[static_cast<std::size_t>(rank)];
    return silent(rank) && (!watched.last.waiting || watched.since_heard.seconds() > limit);
  };
  std::vector<int> standing;
  int present = 0;
  for (int rank = 0; rank < (rank_ == 0 ? size_ : 1); ++rank) {  // the others look at rank 0 only
    const Watched& watched = ranks_[static_cast<std::size_t>(rank)];
    if (watched.left) continue;
    ++present;
    if (watched.since_progress.seconds() > limit) standing.push_back(rank);
  }
  std::vector<int> stuck;
  std::copy_if(standing.begin(), standing.end(), std::back_inserter(stuck), is_silent);
  if (stuck.empty()) {
    std::copy_if(standing.begin(), standing.end(), std::back_inserter(stuck),
                 [&](int rank) { return !ranks_[static_cast<std::size_t>(rank)].last.waiting; });
  }
  if (stuck.empty() && rank_ == 0 && std::ssize(standing) == present) {
    const auto position = [&](int rank) {
      const Watched& watched = ranks_[static_cast<std::size_t>(rank)];
      const bool beats = watched.since_heard.seconds() < kMissedBeats * beat_seconds(size_);
      return std::tuple(beats, watched.last.epoch, watched.last.step);
    };
    stuck.push_back(*std::min_element(standing.begin(), standing.end(),
                                      [&](int a, int b) { return position(a) < position(b); }));
  }
  return stuck;
}

void Watchdog::look_for_stall() {
  if (stall_seconds_ <= 0 || (since_ending_ && since_ending_->seconds() < kRescueSeconds)) return;
  Watched& self = ranks_[static_cast<std::size_t>(rank_)];
  const progress::Snapshot now = progress::now();
  if (!progress::same(now, self.last)) self.since_progress.restart();
  self.last = now;
  self.since_heard.restart();

  const std::vector<int> stuck = stuck_ranks();
  if (stuck.empty()) return;
  const int first = stuck.front();
  if (silent(first)) end_mpirun_after(kLauncherPatienceSeconds);
  const progress::Snapshot& last = ranks_[static_cast<std::size_t>(first)].last;
  end_job(fmt::format(
              "{}{} {} for {:.0f} s (train.stall_seconds); last seen in {}{}{}", describe(first),
              stuck.size() > 1 ? fmt::format(" (as {} other ranks)", stuck.size() - 1) : "",
              in_allreduce(now) ? "has not arrived at the allreduce" + place(now) : "has made no progress",
              stall_seconds_, progress::name(last.activity), place(last),
              silent(first) ? "; it does not answer: it is stopped, or its network is cut" : ""),
          ExitStatus::requeue);
}

bool Watchdog::silent(int rank) const {
  return ranks_[static_cast<std::size_t>(rank)].since_heard.seconds() > kSilenceSeconds;
}

std::string Watchdog::describe(int rank) const {
  return fmt::format("rank {} on {}", rank, hosts_[static_cast<std::size_t>(rank)]);
}

void Watchdog::lost(int rank, int signal) {
  constexpr int kFailed = static_cast<int>(ExitStatus::failed);
  if (spoken_status_ >= 0) _exit(spoken_status_);
  if (seconds_since_sigterm() > kLauncherSeconds) _exit(kFailed);
  const progress::Snapshot& last = ranks_[static_cast<std::size_t>(rank)].last;
  const std::string cause =
      signal != 0 ? fmt::format("crashed: {}", signal_name(signal))
                  : std::string("died without a word (killed, out of memory, or its node is gone)");
  const progress::Snapshot now = progress::now();
  end_job(fmt::format("{} {}{}; last seen in {}{}", describe(rank), cause,
                      in_allreduce(now) ? " before the allreduce" + place(now) : "",
                      progress::name(last.activity), place(last)),
          ExitStatus::failed);
}

void Watchdog::end_job(const std::string& what, ExitStatus status) {
  if (rank_ > 1) {  // rank 1 speaks, if it is still there
    std::this_thread::sleep_for(std::chrono::seconds(2));
    _exit(static_cast<int>(ExitStatus::failed));
  }
  links_.send(pack(Kind::ending));
  Rescued rescued;
  {
    const std::lock_guard lock(rescue_mutex_);
    if (rescue_) rescued = rescue_();
  }
  if (!rescued.can_go_on && status == ExitStatus::requeue) status = ExitStatus::failed;
  links_.send(pack(Kind::spoken, static_cast<int>(status)));
  fmt::print(stderr, "jetrain: {}\n",
             printable_line(what + (rescued.said.empty() ? "" : "; ") + rescued.said));
  std::fflush(stderr);
  _exit(static_cast<int>(status));
}

}  // namespace jetrain
