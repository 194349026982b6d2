#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "kernels/multiply_add.hpp"
#include "row_kernels/nearest_rows.hpp"

namespace jetrain::kernels::reference {

Edges nearest_rows(ConstRows points, std::span<const std::int64_t> channels, const RowOffsets& offsets,
                   std::int64_t neighbours, std::int32_t* memory) {
  std::int32_t* begins = memory;
  std::int32_t* sources = begins + offsets.rows() + 1;
  std::int32_t* targets = sources + offsets.edges(neighbours);
  const auto distance = [&](std::int64_t i, std::int64_t j) {
    float sum = 0;
    for (const std::int64_t k : channels) {
      const float difference = points.row(i)[k] - points.row(j)[k];
      sum = multiply_add(difference, difference, sum);
    }
    const float largest = std::numeric_limits<float>::max();
    return sum < largest ? sum : largest;
  };
  std::int32_t edge = 0;
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t end = offsets.begin(sample) + offsets.count(sample);
    for (std::int64_t i = offsets.begin(sample); i < end; ++i) {
      std::vector<std::pair<float, std::int32_t>> others;
      for (std::int64_t j = offsets.begin(sample); j < end; ++j) {
        if (j != i) others.emplace_back(distance(i, j), static_cast<std::int32_t>(j));
      }
      std::sort(others.begin(), others.end());
      if (std::ssize(others) > neighbours) others.resize(static_cast<std::size_t>(neighbours));
      begins[i] = edge;
      for (const auto& other : others) {
        sources[edge] = static_cast<std::int32_t>(i);
        targets[edge++] = other.second;
      }
      std::sort(targets + begins[i], targets + edge);
    }
  }
  begins[offsets.rows()] = edge;
  return {begins, sources, targets, offsets.rows()};
}

}  // namespace jetrain::kernels::reference
