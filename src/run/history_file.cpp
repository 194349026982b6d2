#include "run/history_file.hpp"

#include "core/stopwatch.hpp"

namespace jetrain {

void HistoryFile::on_epoch(const EpochEnd& end) {
  const Stopwatch watch;
  run_.append_history(end.record);
  seconds_ += watch.seconds();
}

}  // namespace jetrain
