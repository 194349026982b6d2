#pragma once

#include <algorithm>

#include "random_edge_rows.hpp"
#include "row_kernels/message_edges.hpp"
#include "row_kernels/minkowski.hpp"

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

/// Messages between all constituents of jets.
struct RandomMessages : RandomEdgeRows {
  explicit RandomMessages(std::int64_t channel_count,
                          const std::vector<std::int64_t>& jets = {49, 0, 1, 2, 5, 8, 60, 0, 17, 30})
      : RandomMessages(offsets_of(jets), channel_count) {}

  PaddedVector a;
  PaddedVector b;
  std::vector<float> norms;
  std::vector<float> dots;
  MessageTerms terms;

 private:
  RandomMessages(const RowOffsets& offsets, std::int64_t channel_count)
      : RandomEdgeRows(offsets, all_edges_count(offsets), channel_count,
                       [&](std::int32_t* memory) { return all_edges(offsets, memory); }),
        a(channels, 13),
        b(channels, 14),
        norms(normal_values(count, 15)),
        dots(normal_values(count, 16, 3.0F)),
        terms{u, v, a.data(), b.data(), norms.data(), dots.data(), edges} {}
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

inline void expect_same_channels(const PaddedVector& kernel, const PaddedVector& reference,
                                 std::int64_t channels) {
  for (std::int64_t k = 0; k < channels; ++k) {
    ASSERT_TRUE(same_bits(kernel.data()[k], reference.data()[k]))
        << k << ": " << kernel.data()[k] << ", reference " << reference.data()[k];
  }
}

}  // namespace jetrain::kernels
