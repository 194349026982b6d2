#include "row_kernels/nearest_rows.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "kernels/multiply_add.hpp"
#include "kernels/scratch.hpp"

namespace jetrain::kernels {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();
constexpr float kNever = std::numeric_limits<float>::infinity();

/// The distances between all rows of a sample, (n, n), each row padded to whole vectors of sixteen. Equal
/// to its transpose, bit for bit.
struct Distances {
  float* data;
  std::int64_t rows;
  std::int64_t stride;
  float* row(std::int64_t i) const { return data + i * stride; }
};

/// (channels, rows): sixteen rows of one channel are a vector.
void transpose(ConstRows points, std::span<const std::int64_t> channels, std::int64_t first,
               std::int64_t rows, std::int64_t stride, float* to) {
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const float* from = points.row(first) + channels[c];
    float* row = to + static_cast<std::int64_t>(c) * stride;
    for (std::int64_t r = 0; r < rows; ++r) row[r] = from[r * points.stride()];
    std::fill(row + rows, row + stride, 0.0F);
  }
}

/// Distances of rows i ... i + kRows - 1 to kVectors vectors of rows from j on.
template <int kRows, int kVectors>
void measure(const float* transposed, std::int64_t channels, std::int64_t i, std::int64_t j,
             const Distances& distances) {
  Vector sums[kRows][kVectors] = {};
  for (std::int64_t c = 0; c < channels; ++c) {
    const float* values = transposed + c * distances.stride;
    Vector others[kVectors];
    for (int v = 0; v < kVectors; ++v) others[v] = in_register(load(values + j + v * kVectorLanes));
    for (int r = 0; r < kRows; ++r) {
      const Vector own = broadcast(values[i + r]);
      for (int v = 0; v < kVectors; ++v) {
        const Vector difference = own - others[v];
        sums[r][v] = multiply_add(difference, difference, sums[r][v]);
      }
    }
  }
  const Vector largest = broadcast(kLargest);
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      const Vector sum = sums[r][v];
      store(distances.row(i + r) + j + v * kVectorLanes, sum < largest ? sum : largest);
    }
  }
}

template <int kRows>
void measure_rows(const float* transposed, std::int64_t channels, std::int64_t i,
                  const Distances& distances) {
  // The padded row is of sixteens: one vector of AVX-512, else an even number of them.
  std::int64_t j = 0;
  for (; j + 2 * kVectorLanes <= distances.stride; j += 2 * kVectorLanes) {
    measure<kRows, 2>(transposed, channels, i, j, distances);
  }
  if (j < distances.stride) measure<kRows, 1>(transposed, channels, i, j, distances);
}

void measure_all(const float* transposed, std::int64_t channels, const Distances& distances) {
  constexpr int kRows = kManyRegisters ? 8 : 4;
  std::int64_t i = 0;
  for (; i + kRows <= distances.rows; i += kRows) {
    measure_rows<kRows>(transposed, channels, i, distances);
  }
  for (; i < distances.rows; ++i) measure_rows<1>(transposed, channels, i, distances);
  for (i = 0; i < distances.rows; ++i) {
    distances.row(i)[i] = kNever;
    std::fill(distances.row(i) + distances.rows, distances.row(i) + distances.stride, kNever);
  }
}

/// Puts a value into a sorted list of the smallest ones, lane by lane.
void insert(Vector value, std::int64_t size, Vector* list) {
  for (std::int64_t i = 0; i < size; ++i) {
    const Vector here = list[i];
    list[i] = value < here ? value : here;
    value = value < here ? here : value;
  }
}

/// The k-th smallest distance of each of the rows from `row` on, one a lane, k <= kSize.
template <int kSize>
Vector nth_smallest(const Distances& distances, std::int64_t row, std::int64_t k) {
  Vector list[kSize];
  for (Vector& value : list) value = broadcast(kNever);
  for (std::int64_t j = 0; j < distances.rows; ++j) insert(load(distances.row(j) + row), kSize, list);
  return list[k - 1];
}

Vector nth_smallest_of_many(const Distances& distances, std::int64_t row, std::int64_t k) {
  thread_local Scratch<Vector> memory;
  Vector* list = memory.reserve(k);
  std::fill_n(list, k, broadcast(kNever));
  for (std::int64_t j = 0; j < distances.rows; ++j) insert(load(distances.row(j) + row), k, list);
  return list[k - 1];
}

void find_bounds(const Distances& distances, std::int64_t k, float* bounds) {
  for (std::int64_t row = 0; row < distances.rows; row += kVectorLanes) {
    const Vector bound = k <= 4    ? nth_smallest<4>(distances, row, k)
                         : k <= 8  ? nth_smallest<8>(distances, row, k)
                         : k <= 12 ? nth_smallest<12>(distances, row, k)
                         : k <= 16 ? nth_smallest<16>(distances, row, k)
                                   : nth_smallest_of_many(distances, row, k);
    store(bounds + row, bound);
  }
}

/// A bit for each lane in which a <= b.
std::uint32_t not_above(Vector a, Vector b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ);
#elif defined(__AVX__) && defined(__FMA__)
  return static_cast<std::uint32_t>(_mm256_movemask_ps((__m256)(a <= b)));
#else
  std::uint32_t bits = 0;
  for (int i = 0; i < kVectorLanes; ++i) bits |= (a[i] <= b[i] ? 1U : 0U) << i;
  return bits;
#endif
}

/// Writes the k rows (of those from `first` on) whose distances are the smallest, `bound` being the largest
/// of these.
void take(const float* distances, std::int64_t stride, float bound, std::int64_t k, std::int64_t first,
          std::int32_t* targets) {
  std::int64_t within = 0;
  for (std::int64_t j = 0; j < stride; j += kVectorLanes) {
    within += std::popcount(not_above(load(distances + j), broadcast(bound)));
  }
  // Where more than k are within the bound, the last ones of those at it are too many.
  std::int64_t at_bound = 0;
  if (within > k) at_bound = std::count(distances, distances + stride, bound) - (within - k);
  std::int64_t taken = 0;
  for (std::int64_t j = 0; taken < k; j += kVectorLanes) {
    for (std::uint32_t bits = not_above(load(distances + j), broadcast(bound)); bits != 0; bits &= bits - 1) {
      const std::int64_t row = j + std::countr_zero(bits);
      if (within > k && distances[row] == bound && at_bound-- <= 0) continue;
      targets[taken++] = static_cast<std::int32_t>(first + row);
    }
  }
}

void take_all_others(std::int64_t first, std::int64_t rows, std::int32_t* targets) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < rows; ++j) {
      if (j != i) *targets++ = static_cast<std::int32_t>(first + j);
    }
  }
}

void take_nearest(ConstRows points, std::span<const std::int64_t> channels, std::int64_t first,
                  std::int64_t rows, std::int64_t k, std::int32_t* targets) {
  thread_local Scratch<float> memory;
  const std::int64_t stride = padded_channels(rows);
  const auto width = static_cast<std::int64_t>(channels.size());
  float* transposed = memory.reserve((width + rows + 1) * stride);
  float* bounds = transposed + width * stride;
  const Distances distances{bounds + stride, rows, stride};
  transpose(points, channels, first, rows, stride, transposed);
  measure_all(transposed, width, distances);
  find_bounds(distances, k, bounds);
  for (std::int64_t i = 0; i < rows; ++i) {
    take(distances.row(i), stride, bounds[i], k, first, targets + i * k);
  }
}

}  // namespace

Edges nearest_rows(ConstRows points, std::span<const std::int64_t> channels, const RowOffsets& offsets,
                   std::int64_t neighbours, std::int32_t* memory) {
  std::int32_t* begins = memory;
  std::int32_t* sources = begins + offsets.rows() + 1;
  std::int32_t* targets = sources + offsets.edges(neighbours);
  std::int64_t edge = 0;
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t first = offsets.begin(sample);
    const std::int64_t rows = offsets.count(sample);
    const std::int64_t k = std::min(neighbours, rows - 1);
    for (std::int64_t i = 0; i < rows; ++i) {
      begins[first + i] = static_cast<std::int32_t>(edge + i * k);
      std::fill_n(sources + edge + i * k, k, static_cast<std::int32_t>(first + i));
    }
    if (k <= 0) continue;
    if (k == rows - 1) {
      take_all_others(first, rows, targets + edge);
    } else {
      take_nearest(points, channels, first, rows, k, targets + edge);
    }
    edge += rows * k;
  }
  begins[offsets.rows()] = static_cast<std::int32_t>(edge);
  return {begins, sources, targets, offsets.rows()};
}

}  // namespace jetrain::kernels
