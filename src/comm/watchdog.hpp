#pragma once

/// \file
/// Sees to it that no job hangs. A thread beside each rank's main thread tells rank 0 four times a second
/// (among many ranks once) what its rank is doing. Rank 0's thread ends the job, with one message, where a
/// rank died (its connection closes at once) or no rank gets on. Where rank 0 itself is the one, rank 1
/// speaks. None of this goes through MPI, which by then is stuck.

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/rank_links.hpp"
#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

/// What could be saved of a job that ends.
struct Rescued {
  bool can_go_on = false;  ///< there is a checkpoint, so that the job may be put back into the queue
  std::string said;        ///< joins the message; empty: nothing to say
};

class Watchdog {
 public:
  /// `stall_seconds`: how long a rank may be without progress; 0: for ever. Collective.
  Watchdog(std::int64_t stall_seconds, const Communicator& comm);
  /// Tells the others that this rank leaves as it should.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// How many ranks it cannot watch, since they cannot reach rank 0 by TCP.
  int unwatched() const noexcept { return links_.unlinked(); }

  /// Whether that is so because rank 0 may not open enough files. On rank 0.
  bool out_of_files() const noexcept { return links_.out_of_files(); }

  /// What rank 0 listened on while the ranks met, for the log; elsewhere "".
  const std::string& listened() const noexcept { return links_.listened(); }

  /// Called in the watchdog's thread, on the rank that speaks, before it ends the job: to save what can still
  /// be saved. It must end, in kRescueSeconds at most.
  void set_rescue(std::function<Rescued()> rescue);

 private:
  struct Watched {
    progress::Snapshot last;
    Stopwatch since_progress;
    Stopwatch since_heard;
    bool left = false;
  };

  void watch();
  void heed(const RankLinks::Event& event);
  void look_for_stall();
  std::vector<int> stuck_ranks() const;
  bool silent(int rank) const;
  std::string describe(int rank) const;
  [[noreturn]] void lost(int rank, int signal);
  [[noreturn]] void end_job(const std::string& what, ExitStatus status);

  int rank_;
  int size_;
  double stall_seconds_;
  std::vector<std::string> hosts_;
  RankLinks links_;
  std::vector<Watched> ranks_;
  int spoken_status_ = -1;                 ///< the exit status of a rank that has told why the job ends
  std::optional<Stopwatch> since_ending_;  ///< another rank has begun to end the job
  std::mutex rescue_mutex_;
  std::function<Rescued()> rescue_;
  std::atomic<bool> leaving_{false};
  std::thread thread_;
};

}  // namespace jetrain
