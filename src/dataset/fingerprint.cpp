#include "dataset/fingerprint.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <numeric>
#include <optional>

#include "core/thread_errors.hpp"
#include "samples/flat_sample.hpp"

namespace jetrain {

std::string fingerprint(const SampleSet& set, const Communicator& comm) {
  const std::int64_t begin = set.begins[static_cast<std::size_t>(comm.rank())];
  std::uint64_t sum =
      0;  // of the samples' hashes, each with the sample's number in it; unsigned: it may wrap
  ThreadErrors errors;
#pragma omp parallel reduction(+ : sum)
  {
    std::optional<FlatSample> flat;
    errors.run([&] { flat.emplace(set.layout); });
#pragma omp for
    for (std::int64_t i = 0; i < set.samples.size(); ++i) {
      if (!flat) continue;
      errors.run([&] {
        const SampleView sample = set.samples[i];
        const auto [positions, values] = flat->flatten(sample);
        const auto number = static_cast<std::uint64_t>(begin + i);
        std::uint64_t hash = XXH3_64bits_withSeed(positions.data(), positions.size_bytes(), number);
        hash = XXH3_64bits_withSeed(values.data(), values.size_bytes(), hash + sample.label);
        if (set.layout.is_set()) {
          const std::span<const float> constituents = sample.constituents.values;
          hash = XXH3_64bits_withSeed(constituents.data(), constituents.size_bytes(), hash);
          hash = XXH3_64bits_withSeed(sample.jet.data(), sample.jet.size_bytes(), hash);
        }
        if (sample.weight != 1) hash = XXH3_64bits_withSeed(&sample.weight, sizeof sample.weight, hash);
        if (!sample.teacher.empty())
          hash = XXH3_64bits_withSeed(sample.teacher.data(), sample.teacher.size_bytes(), hash);
        sum += hash;
      });
    }
  }
  errors.rethrow();
  std::uint64_t all = 0;
  for (const std::int64_t part : comm.all_gather(std::bit_cast<std::int64_t>(sum)))
    all += std::bit_cast<std::uint64_t>(part);
  return fmt::format("{:016x}", all);
}

}  // namespace jetrain
