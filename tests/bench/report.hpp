#pragma once

/// \file
/// The counters that benchmarks report, per iteration's amount of work.

#include <benchmark/benchmark.h>

#include <string>

namespace jetrain::bench {

inline void report_rate(benchmark::State& state, const std::string& name, double amount) {
  state.counters[name] = {amount * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate};
}

/// `peak`: FLOP/s that the threads at work can do at most.
inline void report_flops(benchmark::State& state, double flops, double peak) {
  report_rate(state, "GFLOP/s", flops * 1e-9);
  report_rate(state, "share_of_peak", flops / peak);
}

}  // namespace jetrain::bench
