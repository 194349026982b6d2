// What MPI makes of the network: messages to and fro between the first rank and the last, while the others
// wait. Over two hosts, half the time of 8 bytes is the latency and 4 MiB show the bandwidth. Collective: all
// ranks run equally many iterations.
#include <benchmark/benchmark.h>
#include <mpi.h>

#include <cstddef>
#include <vector>

#include "comm/communicator.hpp"
#include "report.hpp"

namespace jetrain::bench {
namespace {

void ping_pong(benchmark::State& state) {
  const Communicator world = Communicator::world();
  const int count = static_cast<int>(state.range(0));
  const int last = world.size() - 1;
  std::vector<std::byte> message(static_cast<std::size_t>(count));
  const auto send = [&](int rank) { MPI_Send(message.data(), count, MPI_BYTE, rank, 0, world.handle()); };
  const auto receive = [&](int rank) {
    MPI_Recv(message.data(), count, MPI_BYTE, rank, 0, world.handle(), MPI_STATUS_IGNORE);
  };
  const auto there_and_back = [&] {
    if (world.size() == 1) return;
    if (world.is_root()) {
      send(last);
      receive(last);
    } else if (world.rank() == last) {
      receive(0);
      send(0);
    }
  };
  for (int i = 0; i < 5; ++i) there_and_back();  // connections are made by the first messages
  for (auto _ : state) there_and_back();
  if (world.size() == 1) state.SetLabel("one rank: nobody to talk to; use mpirun");
  report_rate(state, "GB/s", 2e-9 * count);
  world.barrier();
}
BENCHMARK(ping_pong)->Arg(8)->UseRealTime()->Iterations(2000)->Unit(benchmark::kMicrosecond);
BENCHMARK(ping_pong)->Arg(4 << 20)->UseRealTime()->Iterations(20)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace jetrain::bench
