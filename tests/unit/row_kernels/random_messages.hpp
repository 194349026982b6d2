#pragma once

#include <algorithm>

#include "row_kernels/message_edges.hpp"
#include "row_kernels/minkowski.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {

/// (padded channels), aligned, with zeros behind the channels.
class PaddedVector {
 public:
  PaddedVector(std::int64_t channels, unsigned seed)
      : memory_(static_cast<std::size_t>(padded_channels(channels))) {
    const std::vector<float> values = normal_values(channels, seed);
    std::fill(memory_.span().begin(), memory_.span().end(), 0.0F);
    std::copy(values.begin(), values.end(), memory_.span().begin());
  }
  explicit PaddedVector(std::int64_t channels) : PaddedVector(channels, 1) {
    std::fill(memory_.span().begin(), memory_.span().end(), 0.0F);
  }
  float* data() { return memory_.data(); }
  const float* data() const { return memory_.data(); }

 private:
  AlignedBuffer<float> memory_;
};

/// Messages between all constituents of jets of random numbers.
struct RandomMessages {
  explicit RandomMessages(std::int64_t channel_count,
                          const std::vector<std::int64_t>& jets = {49, 0, 1, 2, 5, 8, 60, 0, 17, 30})
      : sets(offsets_of(jets)),
        rows(sets.rows()),
        count(all_edges_count(sets)),
        channels(channel_count),
        words(static_cast<std::size_t>(edge_words(rows, count))),
        edges(all_edges(sets, words.data())),
        u(rows, channels, 2, 1.0F),
        v(rows, channels, 3),
        dh(count, channels, 5),
        a(channels, 13),
        b(channels, 14),
        norms(normal_values(count, 15)),
        dots(normal_values(count, 16, 3.0F)),
        terms{u, v, a.data(), b.data(), norms.data(), dots.data(), edges},
        lines(static_cast<std::size_t>(row_line_floats(channels) + row_line_back_floats(channels))) {
    std::vector<float> variance = normal_values(channels, 8, 1.0F);
    for (float& value : variance) value = std::abs(value);
    line =
        row_line(channels, normal_values(channels, 7).data(), variance.data(), 1e-5F,
                 normal_values(channels, 9, 1.0F).data(), normal_values(channels, 10).data(), lines.data());
    back = row_line_back(channels, count, line, normal_values(channels, 11, 50.0F).data(),
                         normal_values(channels, 12, 50.0F).data(), lines.data() + row_line_floats(channels));
  }

  RowOffsets sets;
  std::int64_t rows;
  std::int64_t count;
  std::int64_t channels;
  std::vector<std::int32_t> words;
  Edges edges;
  RowMatrix u;
  RowMatrix v;
  RowMatrix dh;
  PaddedVector a;
  PaddedVector b;
  std::vector<float> norms;
  std::vector<float> dots;
  MessageTerms terms;
  AlignedBuffer<float> lines;
  RowLine line;
  RowLineBack back;
};

template <class Visit>
void for_each_example(Visit visit) {
  for (const std::int64_t channels : {1, 16, 20, 72, 100}) {
    SCOPED_TRACE(testing::Message() << channels << " channels");
    visit(RandomMessages(channels));
  }
  visit(RandomMessages(20, {}));
  visit(RandomMessages(20, {1, 0, 1}));
}

/// visit(first edge, last edge) of blocks of a size.
template <class Visit>
void for_each_block(const RandomMessages& e, std::int64_t size, Visit visit) {
  for (std::int64_t first = 0; first < e.count; first += size) visit(first, std::min(e.count, first + size));
}

inline RowMatrix part(const RowMatrix& rows, std::int64_t first, std::int64_t last) {
  RowMatrix copy(last - first, rows.channels());
  std::copy_n(rows.view().row(first), (last - first) * rows.view().stride(), copy.view().data);
  return copy;
}

inline void expect_same_channels(const PaddedVector& kernel, const PaddedVector& reference,
                                 std::int64_t channels) {
  for (std::int64_t k = 0; k < channels; ++k) {
    ASSERT_TRUE(same_bits(kernel.data()[k], reference.data()[k]))
        << k << ": " << kernel.data()[k] << ", reference " << reference.data()[k];
  }
}

}  // namespace jetrain::kernels
