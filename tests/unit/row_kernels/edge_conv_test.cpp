#include "edge_conv.hpp"

namespace jetrain::kernels {
namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix doubles(const RowMatrix& rows) {
  Matrix result(static_cast<std::size_t>(rows.rows()));
  for (std::int64_t r = 0; r < rows.rows(); ++r) {
    for (std::int64_t k = 0; k < rows.channels(); ++k) {
      result[static_cast<std::size_t>(r)].push_back(rows.at(r, k));
    }
  }
  return result;
}

struct Weights {
  Matrix weights;
  Matrix gammas;
  Matrix betas;
};

Weights doubles(const EdgeConv::Parameters& parameters) {
  const auto convert = [](const std::vector<std::vector<float>>& arrays) {
    Matrix result;
    for (const auto& values : arrays) result.emplace_back(values.begin(), values.end());
    return result;
  };
  return {convert(parameters.weights), convert(parameters.gammas), convert(parameters.betas)};
}

/// The layer by its definition: [x_i, x_j - x_i] of each edge through all units, in double.
Matrix defined(const Matrix& x, const Edges& edges, const Weights& p, bool of_mean) {
  const auto count = static_cast<std::size_t>(edges.count());
  Matrix h(count);
  for (std::size_t e = 0; e < count; ++e) {
    const auto& own = x[static_cast<std::size_t>(edges.sources[e])];
    const auto& other = x[static_cast<std::size_t>(edges.targets[e])];
    h[e] = own;
    for (std::size_t k = 0; k < own.size(); ++k) h[e].push_back(other[k] - own[k]);
  }
  for (std::size_t l = 0; l < p.weights.size(); ++l) {
    const std::size_t outputs = p.gammas[l].size();
    Matrix y(count, std::vector<double>(outputs));
    for (std::size_t e = 0; e < count; ++e) {
      for (std::size_t i = 0; i < p.weights[l].size(); ++i)
        y[e][i % outputs] += h[e][i / outputs] * p.weights[l][i];
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      double mean = 0;
      double variance = 0;
      for (const auto& row : y) mean += row[k] / static_cast<double>(count);
      for (const auto& row : y) variance += (row[k] - mean) * (row[k] - mean) / static_cast<double>(count);
      for (auto& row : y) {
        const double normal = (row[k] - mean) / std::sqrt(variance + EdgeConv::kEpsilon);
        row[k] = std::max(0.0, p.gammas[l][k] * normal + p.betas[l][k]);
      }
    }
    h = y;
  }
  Matrix out(x.size(), std::vector<double>(p.gammas.back().size()));
  for (std::size_t e = 0; e < count; ++e) {
    auto& row = out[static_cast<std::size_t>(edges.sources[e])];
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto degree = static_cast<double>(edges.degree(edges.sources[e]));
      row[k] = of_mean ? row[k] + h[e][k] / degree : std::max(row[k], h[e][k]);  // h is not below 0
    }
  }
  return out;
}

struct Example {
  Example(const std::vector<std::int64_t>& jets, std::int64_t channels, std::int64_t neighbours)
      : offsets(offsets_of(jets)),
        x(offsets.rows(), channels, 1),
        words(static_cast<std::size_t>(edge_words(offsets.rows(), offsets.edges(neighbours)))),
        edges(nearest_rows(x, std::vector<std::int64_t>{0, 1}, offsets, neighbours, words.data())) {}
  RowOffsets offsets;
  RowMatrix x;
  std::vector<std::int32_t> words;
  Edges edges;
};

const std::vector<std::vector<std::int64_t>> kUnits{{6}, {5, 4}, {5, 4, 6}, {4, 4, 4, 5}};

TEST(EdgeConv, ForwardAndGradientsAreThoseOfItsDefinition) {
  const Example example({7, 1, 0, 5, 2}, 3, 3);
  const RowMatrix& x = example.x;
  for (const auto& units : kUnits) {
    for (const bool of_mean : {true, false}) {
      SCOPED_TRACE(testing::Message() << units.size() << " units, " << (of_mean ? "mean" : "maximum"));
      EdgeConv layer(x, example.edges, units, of_mean, 256);
      const RowMatrix out = layer.forward();
      const RowMatrix dout(x.rows(), units.back(), 77);
      const auto [gradients, dx] = layer.backward(dout);
      Matrix at = doubles(x);
      Weights p = doubles(layer.parameters);
      const Matrix exact = defined(at, example.edges, p, of_mean);
      for (std::int64_t r = 0; r < x.rows(); ++r) {
        for (std::int64_t k = 0; k < units.back(); ++k) {
          EXPECT_NEAR(out.at(r, k), exact[static_cast<std::size_t>(r)][static_cast<std::size_t>(k)], 2e-5);
        }
      }
      const auto loss = [&] {
        double sum = 0;
        const Matrix result = defined(at, example.edges, p, of_mean);
        for (std::size_t r = 0; r < result.size(); ++r) {
          for (std::size_t k = 0; k < result[r].size(); ++k) {
            sum += result[r][k] * dout.at(static_cast<std::int64_t>(r), static_cast<std::int64_t>(k));
          }
        }
        return sum;
      };
      const auto expect_slope = [&](double& value, float gradient) {
        const double step = 1e-6;
        const double before = value;
        value = before + step;
        const double above = loss();
        value = before - step;
        const double below = loss();
        value = before;
        EXPECT_NEAR(gradient, (above - below) / (2 * step), 2e-3);
      };
      for (std::size_t l = 0; l < units.size(); ++l) {
        for (std::size_t i = 0; i < p.weights[l].size(); ++i) {
          expect_slope(p.weights[l][i], gradients.weights[l][i]);
        }
        for (std::size_t i = 0; i < p.gammas[l].size(); ++i) {
          expect_slope(p.gammas[l][i], gradients.gammas[l][i]);
          expect_slope(p.betas[l][i], gradients.betas[l][i]);
        }
      }
      for (std::int64_t r = 0; r < x.rows(); ++r) {
        for (std::int64_t k = 0; k < x.channels(); ++k) {
          expect_slope(at[static_cast<std::size_t>(r)][static_cast<std::size_t>(k)], dx.at(r, k));
        }
      }
    }
  }
}

TEST(EdgeConv, BlocksDoNotChangeABit) {
  const Example example({49, 1, 0, 120, 16, 17, 2}, 7, 7);
  const RowMatrix dout(example.x.rows(), 20, 77);
  for (const bool of_mean : {true, false}) {
    EdgeConv whole(example.x, example.edges, {32, 16, 20}, of_mean, 1'000'000);
    EdgeConv blocks(example.x, example.edges, {32, 16, 20}, of_mean, 512);
    expect_same(blocks.forward(), whole.forward());
    const auto [gradients_of_blocks, dx_of_blocks] = blocks.backward(dout);
    const auto [gradients, dx] = whole.backward(dout);
    expect_same(dx_of_blocks, dx);
    for (std::size_t l = 0; l < 3; ++l) {
      expect_same(gradients_of_blocks.gammas[l], gradients.gammas[l]);
      expect_same(gradients_of_blocks.betas[l], gradients.betas[l]);
    }
  }
}

TEST(EdgeConv, RowsAloneAreZeros) {
  const Example example({1, 0, 1}, 3, 7);
  EdgeConv layer(example.x, example.edges, {5, 4}, true, 256);
  const RowMatrix out = layer.forward();
  const auto [gradients, dx] = layer.backward(RowMatrix(2, 4, 77));
  for (std::int64_t r = 0; r < 2; ++r) {
    for (std::int64_t k = 0; k < 4; ++k) EXPECT_EQ(out.at(r, k), 0);
    for (std::int64_t k = 0; k < 3; ++k) EXPECT_EQ(dx.at(r, k), 0);
  }
}

}  // namespace
}  // namespace jetrain::kernels
