#pragma once

#include <xxhash.h>

#include <array>
#include <cstdint>
#include <vector>

#include "samples/ragged_part.hpp"
#include "samples/sample_view.hpp"

namespace jetrain {

/// XXH3-64 of some arrays' own.
template <class... Arrays>
std::uint64_t checksum_of(const Arrays&... arrays) {
  const std::array<std::uint64_t, sizeof...(Arrays)> hashes{
      std::uint64_t{XXH3_64bits(arrays.data(), arrays.size() * sizeof arrays[0])}...};
  return XXH3_64bits(hashes.data(), sizeof hashes);
}

/// Consecutive samples, flat (samples/flat_sample.hpp), as they stand in the sample cache.
struct SamplePiece {
  std::vector<std::uint16_t> counts;     ///< (samples)
  std::vector<std::uint8_t> labels;      ///< (samples)
  std::vector<std::uint16_t> positions;  ///< (sum of counts)
  std::vector<float> values;             ///< (sum of counts)
  std::vector<float> weights;            ///< (samples), where the layout has them
  std::vector<float> jets;               ///< (samples, 4), of images where the layout has them

  void append(const SparseView& flat, std::uint8_t label) {
    counts.push_back(static_cast<std::uint16_t>(flat.positions.size()));
    labels.push_back(label);
    positions.insert(positions.end(), flat.positions.begin(), flat.positions.end());
    values.insert(values.end(), flat.values.begin(), flat.values.end());
  }

  std::uint64_t checksum() const {
    return weights.empty() && jets.empty() ? checksum_of(counts, labels, positions, values)
                                           : checksum_of(counts, labels, positions, values, weights, jets);
  }
};

/// The constituents of the same samples, and the jets' sums.
struct SetPiece {
  RaggedPart::Piece constituents;
  std::vector<float> jets;  ///< (samples, 4)

  void append(const SampleView& sample) {
    constituents.append(sample.constituents);
    jets.insert(jets.end(), sample.jet.begin(), sample.jet.end());
  }
  std::uint64_t checksum() const { return checksum_of(constituents.counts, constituents.values, jets); }
};

/// A row of the cache's tables of pieces.
struct PieceRecord {
  std::uint64_t samples = 0;
  std::uint64_t entries = 0;  ///< of flat samples; of sets, constituents
  std::uint64_t checksum = 0;
};
static_assert(sizeof(PieceRecord) == 3 * sizeof(std::uint64_t));

}  // namespace jetrain
