#pragma once

#include <cstdint>

namespace jetrain {

/// Edges of a leaf, those of a row side by side: edge e goes from row sources[e] to row targets[e], of the
/// same sample; row i's edges are begins[i] ... begins[i + 1] - 1.
struct Edges {
  const std::int32_t* begins = nullptr;   ///< (rows + 1)
  const std::int32_t* sources = nullptr;  ///< (edges)
  const std::int32_t* targets = nullptr;  ///< (edges)
  std::int64_t rows = 0;

  std::int64_t count() const noexcept { return begins[rows]; }
  std::int64_t begin(std::int64_t row) const noexcept { return begins[row]; }
  std::int64_t degree(std::int64_t row) const noexcept { return begins[row + 1] - begins[row]; }
};

/// Whole numbers of 32 bits in the memory of `edges` edges of `rows` rows.
constexpr std::int64_t edge_words(std::int64_t rows, std::int64_t edges) noexcept {
  return rows + 1 + 2 * edges;
}

/// What stands in such memory: begins, sources, targets.
inline Edges edges_in(const std::int32_t* memory, std::int64_t rows, std::int64_t edges) noexcept {
  return {memory, memory + rows + 1, memory + rows + 1 + edges, rows};
}

}  // namespace jetrain
