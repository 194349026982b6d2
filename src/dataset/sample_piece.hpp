#pragma once

#include <xxhash.h>

#include <array>
#include <cstdint>
#include <vector>

#include "samples/sample_view.hpp"

namespace jetrain {

/// Consecutive samples, flat (samples/flat_sample.hpp), as they stand in the sample cache.
struct SamplePiece {
  std::vector<std::uint16_t> counts;     ///< (samples)
  std::vector<std::uint8_t> labels;      ///< (samples)
  std::vector<std::uint16_t> positions;  ///< (sum of counts)
  std::vector<float> values;             ///< (sum of counts)

  void append(const SparseView& flat, std::uint8_t label) {
    counts.push_back(static_cast<std::uint16_t>(flat.positions.size()));
    labels.push_back(label);
    positions.insert(positions.end(), flat.positions.begin(), flat.positions.end());
    values.insert(values.end(), flat.values.begin(), flat.values.end());
  }

  std::uint64_t checksum() const {
    const auto hash = [](const auto& entries) {
      return std::uint64_t{XXH3_64bits(entries.data(), entries.size() * sizeof entries[0])};
    };
    return hash(std::array<std::uint64_t, 4>{hash(counts), hash(labels), hash(positions), hash(values)});
  }
};

/// A row of the cache's table of pieces.
struct PieceRecord {
  std::uint64_t samples = 0;
  std::uint64_t entries = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(PieceRecord) == 3 * sizeof(std::uint64_t));

}  // namespace jetrain
