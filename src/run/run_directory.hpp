#pragma once

/// \file
/// What a training leaves on disk, written by rank 0 alone: config.yaml, history.csv, result.json, best.h5,
/// log.txt, checkpoints/ (checkpoints.hpp), tensorboard/ (training_events.hpp), and, while it trains,
/// run.lock (run_lock.hpp).

#include <string>
#include <vector>

#include "run/run_result.hpp"
#include "train/epoch_record.hpp"

namespace jetrain {

class RunDirectory {
 public:
  /// Throws where `path` holds a run already (unless `may_hold_run`) or cannot be written. Changes nothing,
  /// so that a run that fails before its first epoch leaves nothing behind.
  static void require_free(const std::string& path, bool may_hold_run);
  /// Whether a training has ended here.
  static bool holds_result(const std::string& path);
  static std::string checkpoints(const std::string& path) { return path + "/checkpoints"; }
  static std::string events(const std::string& path) { return path + "/tensorboard"; }

  static void make_folder(const std::string& path);
  /// Makes the folder and clears away a run that it holds.
  static RunDirectory create(std::string path);
  /// Goes on with a run: history.csv is set back to `history`, log.txt grows.
  static RunDirectory reopen(std::string path, const std::vector<EpochRecord>& history);

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  void write_config(const std::string& yaml) const;
  void append_history(const EpochRecord& record) const;
  void write_result(const RunResult& result) const;

 private:
  explicit RunDirectory(std::string path, const std::vector<EpochRecord>& history);

  std::string path_;
};

}  // namespace jetrain
