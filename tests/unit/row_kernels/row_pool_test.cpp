#include "row_kernels/row_pool.hpp"

#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

/// Lanes without rows, jets of one, of a pass and more.
const std::vector<std::vector<std::int64_t>> kJets{
    {},
    {0, 0, 1},
    {200, 0, 1, 2, 49, 300, 17, 16, 15, 3, 0, 64, 255, 256, 257, 1},
    std::vector<std::int64_t>(16, 200),
};

struct Lanes16 {
  explicit Lanes16(std::int64_t channels) : memory(static_cast<std::size_t>(channels * kLanes)) {}
  float* data() { return memory.data(); }
  std::vector<float> values() const { return {memory.span().begin(), memory.span().end()}; }
  float at(std::int64_t channel, std::int64_t lane) const {
    return memory[static_cast<std::size_t>(channel * kLanes + lane)];
  }
  AlignedBuffer<float> memory;
};

Lanes16 random_lanes(std::int64_t channels) {
  Lanes16 lanes(channels);
  const std::vector<float> values = normal_values(channels * kLanes, 9);
  std::copy(values.begin(), values.end(), lanes.data());
  return lanes;
}

template <class Visit>
void for_each_shape(Visit visit) {
  for (const auto& counts : kJets) {
    for (const std::int64_t channels : kChannelCounts) {
      SCOPED_TRACE(testing::Message() << counts.size() << " jets, " << channels << " channels");
      visit(offsets_of(counts), channels);
    }
  }
}

TEST(RowPool, SumsAndMeansAreTheReferences) {
  for_each_shape([](const RowOffsets& offsets, std::int64_t channels) {
    const std::int64_t rows = offsets.rows();
    const RowMatrix x(rows, channels, 1, 0.5F);
    const std::vector<float> weights = normal_values(rows, 2, 3.0F);
    Lanes16 dy = random_lanes(channels);
    for (const float* weight : {static_cast<const float*>(nullptr), weights.data()}) {
      Lanes16 y(channels);
      Lanes16 reference(channels);
      RowMatrix dx(rows, channels);
      RowMatrix reference_dx(rows, channels);
      sum_pool_forward(x, offsets, weight, y.data());
      reference::sum_pool_forward(x, offsets, weight, reference.data());
      expect_same(y.values(), reference.values());
      for (const float* mask :
           {static_cast<const float*>(nullptr), static_cast<const float*>(x.view().data)}) {
        sum_pool_backward(offsets, weight, mask, dy.data(), dx);
        reference::sum_pool_backward(offsets, weight, mask, dy.data(), reference_dx);
        expect_same(dx, reference_dx);
        mean_pool_backward(offsets, weight, mask, dy.data(), dx);
        reference::mean_pool_backward(offsets, weight, mask, dy.data(), reference_dx);
        expect_same(dx, reference_dx);
      }
      mean_pool_forward(x, offsets, weight, y.data());
      reference::mean_pool_forward(x, offsets, weight, reference.data());
      expect_same(y.values(), reference.values());
    }
  });
}

TEST(RowPool, MaximaAreTheReferences) {
  for_each_shape([](const RowOffsets& offsets, std::int64_t channels) {
    const std::int64_t rows = offsets.rows();
    RowMatrix x(rows, channels, 1);
    // Many equal values, as ReLU leaves them.
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t k = 0; k < channels; ++k) x.at(r, k) = std::round(x.at(r, k));
    }
    Lanes16 dy = random_lanes(channels);
    Lanes16 y(channels);
    Lanes16 reference(channels);
    max_pool_forward(x, offsets, y.data());
    reference::max_pool_forward(x, offsets, reference.data());
    expect_same(y.values(), reference.values());
    RowMatrix dx(rows, channels);
    RowMatrix reference_dx(rows, channels);
    max_pool_backward(x, offsets, dy.data(), dx);
    reference::max_pool_backward(x, offsets, dy.data(), reference_dx);
    expect_same(dx, reference_dx);
  });
}

TEST(RowPool, SmallExampleByHand) {
  const RowOffsets offsets = offsets_of({2, 0, 1});
  RowMatrix x(3, 1);
  x.at(0, 0) = 3;
  x.at(1, 0) = 5;
  x.at(2, 0) = -4;
  const float weights[] = {0.25F, 0.75F, 0.0F};
  Lanes16 y(1);
  sum_pool_forward(x, offsets, nullptr, y.data());
  EXPECT_EQ(y.at(0, 0), 8);
  EXPECT_EQ(y.at(0, 1), 0);
  EXPECT_EQ(y.at(0, 2), -4);
  mean_pool_forward(x, offsets, weights, y.data());
  EXPECT_EQ(y.at(0, 0), 4.5F);
  EXPECT_EQ(y.at(0, 2), 0) << "weights that sum to nothing";
  max_pool_forward(x, offsets, y.data());
  EXPECT_EQ(y.at(0, 0), 5);
  EXPECT_EQ(y.at(0, 1), 0) << "the maximum of nothing";
  EXPECT_EQ(y.at(0, 2), -4);
  Lanes16 dy(1);
  dy.data()[0] = 12;
  RowMatrix dx(3, 1);
  mean_pool_backward(offsets, nullptr, nullptr, dy.data(), dx);
  EXPECT_EQ(dx.at(0, 0), 6);
  EXPECT_EQ(dx.at(1, 0), 6);
  EXPECT_EQ(dx.at(2, 0), 0);
  sum_pool_backward(offsets, weights, nullptr, dy.data(), dx);
  EXPECT_EQ(dx.at(0, 0), 3);
  EXPECT_EQ(dx.at(1, 0), 9);
  max_pool_backward(x, offsets, dy.data(), dx);
  EXPECT_EQ(dx.at(0, 0), 0);
  EXPECT_EQ(dx.at(1, 0), 12);
}

TEST(RowPool, NanShowsInEachPool) {
  const RowOffsets offsets = offsets_of({3});
  RowMatrix x(3, 1, 1);
  x.at(1, 0) = std::nanf("");
  Lanes16 y(1);
  sum_pool_forward(x, offsets, nullptr, y.data());
  EXPECT_TRUE(std::isnan(y.at(0, 0)));
  max_pool_forward(x, offsets, y.data());
  EXPECT_TRUE(std::isnan(y.at(0, 0)));
}

}  // namespace
}  // namespace jetrain::kernels
