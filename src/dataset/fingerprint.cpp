#include "dataset/fingerprint.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <numeric>

namespace jetrain {

std::string fingerprint(const SampleSet& set, const Communicator& comm) {
  const std::int64_t begin = set.begins[static_cast<std::size_t>(comm.rank())];
  std::uint64_t sum = 0;  // of the images' hashes, each with the image's number in it; unsigned: it may wrap
#pragma omp parallel for reduction(+ : sum)
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    const SampleView image = set.samples[i];
    const auto number = static_cast<std::uint64_t>(begin + i);
    std::uint64_t hash = XXH3_64bits_withSeed(image.pixels.data(), image.pixels.size_bytes(), number);
    hash = XXH3_64bits_withSeed(image.values.data(), image.values.size_bytes(), hash + image.label);
    sum += hash;
  }
  std::uint64_t all = 0;
  for (const std::int64_t part : comm.all_gather(std::bit_cast<std::int64_t>(sum)))
    all += std::bit_cast<std::uint64_t>(part);
  return fmt::format("{:016x}", all);
}

}  // namespace jetrain
