// Runs the benchmarks inside one MPI environment. Under several ranks each runs them all, and rank 0 reports.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "comm/threads.hpp"
#include "peak.hpp"

namespace {

class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}
};

/// Two ranks must not write one file.
std::vector<char*> without_output_file(int argc, char** argv) {
  std::vector<char*> kept;
  for (int i = 0; i < argc; ++i) {
    if (!std::string_view(argv[i]).starts_with("--benchmark_out")) kept.push_back(argv[i]);
  }
  return kept;
}

}  // namespace

int main(int argc, char** argv) {
  const jetrain::Environment environment(argc, argv);
  const jetrain::Communicator world = jetrain::Communicator::world();
  const int threads = jetrain::set_threads(0, world);

  std::vector<char*> arguments =
      world.is_root() ? std::vector<char*>(argv, argv + argc) : without_output_file(argc, argv);
  argc = static_cast<int>(arguments.size());
  benchmark::Initialize(&argc, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(argc, arguments.data())) return 2;

  using jetrain::bench::core_peak_flops;
  using jetrain::bench::team_peak_flops;
  benchmark::AddCustomContext("ranks", std::to_string(world.size()));
  benchmark::AddCustomContext("threads_of_a_rank", std::to_string(threads));
  benchmark::AddCustomContext("peak_gflops_of_one_core", std::to_string(core_peak_flops() * 1e-9));
  benchmark::AddCustomContext("peak_gflops_of_a_ranks_threads", std::to_string(team_peak_flops() * 1e-9));

  SilentReporter silent;
  if (world.is_root()) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    benchmark::RunSpecifiedBenchmarks(&silent);
  }
  world.barrier();  // a rank that waits in MPI_Finalize would take a core from the others
}
