#include "train/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/order_statistics.hpp"
#include "kernels/fma_peak.hpp"

namespace jetrain {
namespace {

/// GFLOP/s of all workers together, each on its own core at the same time.
double peak_of_all_workers(int threads, const Communicator& comm) {
  comm.barrier();
  const std::vector<double> all = comm.all_gather(kernels::measure_fma_peak_gflops(threads));
  return std::accumulate(all.begin(), all.end(), 0.0);
}

}  // namespace

std::string profile_table(std::vector<Phase> phases, double total_seconds, int threads,
                          const Communicator& comm) {
  const double peak = peak_of_all_workers(threads, comm);
  const double known = std::accumulate(phases.begin(), phases.end(), 0.0,
                                       [](double sum, const Phase& phase) { return sum + phase.seconds; });
  phases.push_back({"other", total_seconds - known, 0});
  const double flops = std::accumulate(phases.begin(), phases.end(), 0.0,
                                       [](double sum, const Phase& phase) { return sum + phase.flops; });
  phases.push_back({"all", total_seconds, flops});

  std::string text = fmt::format("{:<34}{:>9}{:>9}{:>9}{:>8}{:>10}\n", "phase (seconds over ranks)", "min",
                                 "median", "max", "share", "of peak");
  for (const Phase& phase : phases) {
    std::vector<double> seconds = comm.all_gather(phase.seconds);
    const std::vector<double> work = comm.all_gather(phase.flops);
    std::sort(seconds.begin(), seconds.end());
    const double middle = median(seconds);
    const double rate =
        std::accumulate(work.begin(), work.end(), 0.0) / mean(seconds) / 1e9;  // of all workers together
    text += fmt::format("{:<34}{:>9.3f}{:>9.3f}{:>9.3f}{:>7.1f}%{:>10}\n", phase.name, seconds.front(),
                        middle, seconds.back(), 100 * middle / total_seconds,
                        rate > 0 ? fmt::format("{:.0f} %", 100 * rate / peak) : "");
  }
  text += fmt::format("multiply-add peak, measured on {} workers at once: {:.0f} GFLOP/s",
                      comm.size() * threads, peak);
  return comm.is_root() ? text : std::string();
}

}  // namespace jetrain
