#include "row_kernels/messages.hpp"

#include "random_messages.hpp"

namespace jetrain::kernels {
namespace {

/// What one block of edges goes through, by the kernels or by their references.
struct Block {
  Block(const RandomMessages& e, std::int64_t first, std::int64_t last)
      : m(e.dh.part(first, last)),
        dm(last - first, e.channels),
        numbers(static_cast<std::size_t>(padded_channels(last - first))),
        dlogits(static_cast<std::size_t>(last - first)),
        dw(e.channels, 21) {
    // As behind a ReLU.
    for (std::int64_t r = 0; r < m.rows(); ++r) {
      for (std::int64_t k = 0; k < m.channels(); ++k) m.at(r, k) = std::max(m.at(r, k), 0.0F);
    }
  }
  RowMatrix m, dm;
  AlignedBuffer<float> numbers;
  std::vector<float> dlogits;
  PaddedVector dw;
  float dbias = 0.5F;
};

TEST(Messages, AreTheReferences) {
  for_each_example([](const RandomMessages& e) {
    const PaddedVector w(e.channels, 20);
    RowMatrix sums(e.rows, e.channels, 22);
    RowMatrix sums_of_reference(e.rows, e.channels, 22);
    const RowMatrix ds(e.rows, e.channels, 23);
    e.for_each_block(300, [&](std::int64_t first, std::int64_t last) {
      Block kernel(e, first, last);
      Block scalar(e, first, last);
      row_dots(kernel.m, w.data(), 0.3F, kernel.numbers.data());
      reference::row_dots(scalar.m, w.data(), 0.3F, scalar.numbers.data());
      sigmoid_values(last - first, kernel.numbers.data());
      reference::sigmoid_values(last - first, scalar.numbers.data());
      sum_messages(kernel.m, kernel.numbers.data(), e.edges, first, sums);
      reference::sum_messages(scalar.m, scalar.numbers.data(), e.edges, first, sums_of_reference);
      gate_gradients(kernel.m, kernel.numbers.data(), ds, e.edges, first, kernel.dlogits.data());
      reference::gate_gradients(scalar.m, scalar.numbers.data(), ds, e.edges, first, scalar.dlogits.data());
      expect_same(kernel.dlogits, scalar.dlogits);
      row_dots_backward(kernel.m, w.data(), kernel.dlogits.data(), kernel.dm, kernel.dw.data(),
                        &kernel.dbias);
      reference::row_dots_backward(scalar.m, w.data(), scalar.dlogits.data(), scalar.dm, scalar.dw.data(),
                                   &scalar.dbias);
      expect_same(kernel.dm, scalar.dm);
      expect_same_channels(kernel.dw, scalar.dw, e.channels);
      EXPECT_TRUE(same_bits(kernel.dbias, scalar.dbias));
      spread_messages(kernel.m, kernel.numbers.data(), ds, e.edges, first, kernel.dm);
      reference::spread_messages(scalar.m, scalar.numbers.data(), ds, e.edges, first, scalar.dm);
      expect_same(kernel.dm, scalar.dm);
      // In place.
      row_dots_backward(kernel.m, w.data(), kernel.dlogits.data(), kernel.m, kernel.dw.data(), nullptr);
      reference::row_dots_backward(scalar.m, w.data(), scalar.dlogits.data(), scalar.m, scalar.dw.data(),
                                   nullptr);
      expect_same(kernel.m, scalar.m);
      expect_same_channels(kernel.dw, scalar.dw, e.channels);
    });
    expect_same(sums, sums_of_reference);
  });
}

TEST(Messages, BlocksOfEdgesGiveWhatAllEdgesGive) {
  const RandomMessages e(72);
  RowMatrix whole(e.rows, e.channels, 22);
  RowMatrix blocks(e.rows, e.channels, 22);
  sum_messages(e.dh, e.norms.data(), e.edges, 0, whole);
  e.for_each_block(256, [&](std::int64_t first, std::int64_t last) {
    sum_messages(e.dh.part(first, last), e.norms.data() + first, e.edges, first, blocks);
  });
  expect_same(blocks, whole);
}

TEST(Messages, MoveMomentaByTheMeanOverTheOthers) {
  const RandomMessages e(4, {3, 1, 0, 2});
  const RowMatrix x(e.rows, 8, 31);
  RowMatrix dy(e.rows, 4, 32);
  for (std::int64_t r = 0; r < e.rows; ++r) std::fill_n(dy.view().row(r) + 4, 12, 0.0F);
  const auto momentum = [](const RowMatrix& of, std::int64_t r, std::int64_t k) {
    return static_cast<double>(of.at(r, k)) + static_cast<double>(of.at(r, 4 + k));
  };
  constexpr float kStep = 0.5F;
  const auto moved = [&](const RowMatrix& from, const std::vector<float>& c) {
    RowMatrix sums(e.rows, 4);
    std::fill_n(sums.view().data, e.rows * 16, 0.0F);
    RowMatrix y(e.rows, 8);
    sum_moves(from, c.data(), e.edges, 0, e.count, sums);
    move_rows(from, sums, e.edges, kStep, y);
    return y;
  };
  const RowMatrix y = moved(x, e.norms);
  for (std::int64_t i = 0; i < e.rows; ++i) {
    for (std::int64_t k = 0; k < 4; ++k) {
      double sum = 0;
      for (std::int64_t edge = e.edges.begin(i); edge < e.edges.begin(i + 1); ++edge) {
        const double difference = momentum(x, i, k) - momentum(x, e.edges.targets[edge], k);
        sum += difference * static_cast<double>(e.norms[static_cast<std::size_t>(edge)]);
      }
      const auto others = static_cast<double>(std::max<std::int64_t>(e.edges.degree(i), 1));
      EXPECT_NEAR(momentum(y, i, k), momentum(x, i, k) + kStep * sum / others, 1e-6);
      EXPECT_EQ(y.at(i, k), x.at(i, k));
    }
  }

  // Backward: the slopes of sum dy y, which is linear in each of x and c.
  RowMatrix moves(e.rows, 4);
  move_rows_backward(dy, e.edges, kStep, moves);
  RowMatrix dx = dy.part(0, e.rows);
  std::vector<float> dc(static_cast<std::size_t>(e.count));
  sum_moves_backward(x, e.norms.data(), moves, e.edges, 0, e.count, dc.data(), dx);
  const auto loss = [&](const RowMatrix& from, const std::vector<float>& c) {
    const RowMatrix to = moved(from, c);
    double sum = 0;
    for (std::int64_t r = 0; r < e.rows; ++r) {
      for (std::int64_t k = 0; k < 4; ++k) sum += static_cast<double>(dy.at(r, k)) * momentum(to, r, k);
    }
    return sum;
  };
  for (std::int64_t r = 0; r < e.rows; ++r) {
    for (std::int64_t k = 0; k < 4; ++k) {
      RowMatrix up = x.part(0, e.rows);
      up.at(r, 4 + k) += 1.0F;
      EXPECT_NEAR(dx.at(r, k), loss(up, e.norms) - loss(x, e.norms), 1e-5) << r << " " << k;
    }
  }
  for (std::size_t edge = 0; edge < dc.size(); ++edge) {
    std::vector<float> up = e.norms;
    up[edge] += 1.0F;
    EXPECT_NEAR(dc[edge], loss(x, up) - loss(x, e.norms), 1e-5) << edge;
  }
}

}  // namespace
}  // namespace jetrain::kernels
