#pragma once

#include <functional>

#include "row_kernels/edge_pool.hpp"
#include "row_kernels/edge_rows.hpp"
#include "row_kernels/nearest_rows.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {

/// An edge convolution as edge_rows.hpp describes it, from its kernels and plain products: any number of
/// units, edges in blocks, mean or maximum.
class EdgeConv {
 public:
  static constexpr float kEpsilon = 1e-5F;

  struct Parameters {
    std::vector<std::vector<float>> weights;  ///< W_a over W_b, W_2, ...: (inputs, outputs)
    std::vector<std::vector<float>> gammas;
    std::vector<std::vector<float>> betas;
  };

  EdgeConv(const RowMatrix& rows, const Edges& edges_of_rows, std::vector<std::int64_t> channels,
           bool of_mean, std::int64_t block_edges)
      : x(rows), edges(edges_of_rows), units(std::move(channels)), mean(of_mean), block(block_edges) {
    std::int64_t inputs = 2 * x.channels();
    for (std::size_t l = 0; l < units.size(); ++l) {
      const auto seed = static_cast<unsigned>(20 + 3 * l);
      parameters.weights.push_back(normal_values(inputs * units[l], seed));
      for (float& w : parameters.weights.back()) w /= std::sqrt(static_cast<float>(inputs));
      parameters.gammas.push_back(normal_values(units[l], seed + 1, 1.0F));
      parameters.betas.push_back(normal_values(units[l], seed + 2));
      inputs = units[l];
    }
  }

  RowMatrix forward() {
    const std::int64_t count = edges.count();
    const std::int64_t c = units[0];
    const std::vector<float>& w = parameters.weights[0];
    std::vector<float> difference(w.begin(), w.begin() + x.channels() * c);
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= w[difference.size() + i];
    u = product(x, difference, c);
    v = product(x, {w.begin() + x.channels() * c, w.end()}, c);
    y.clear();
    y.emplace_back(0, c);
    lines.clear();
    RowMoments moments = start(c);
    for_each_block(
        [&](std::int64_t first, std::int64_t last) { add_edge_moments(u, v, edges, first, last, moments); });
    finish(0, moments);
    if (units.size() == 1) {
      y[0] = RowMatrix(count, c);
      gather_edges(u, v, edges, 0, count, nullptr, false, y[0]);
    }
    for (std::size_t l = 1; l < units.size(); ++l) {
      y.emplace_back(count, units[l]);
      moments = start(units[l]);
      for_each_block([&](std::int64_t first, std::int64_t last) {
        const RowMatrix result = product(values_before(l, first, last), parameters.weights[l], units[l]);
        add_moments(result, moments);
        std::copy_n(result.view().data, result.rows() * result.view().stride(), y[l].view().row(first));
      });
      finish(l, moments);
    }
    RowMatrix out(edges.rows, units.back());
    (mean ? mean_of_edges : max_of_edges)(y.back(), edges, 0, edges.rows, lines.back(), true, out);
    return out;
  }

  /// The gradients of parameters, and with respect to x.
  std::pair<Parameters, RowMatrix> backward(const RowMatrix& dout) {
    const std::size_t last_unit = units.size() - 1;
    const std::int64_t count = edges.count();
    Parameters gradients = zeros();
    const auto spread = [&](std::int64_t first, std::int64_t last) {
      RowMatrix dh(last - first, units.back());
      if (mean) {
        spread_mean(dout, edges, first, last, dh);
      } else {
        spread_max(y.back(), dout, edges, first, last, lines.back(), true, dh);
      }
      return dh;
    };
    std::vector<AlignedBuffer<float>> sums;
    for (const std::int64_t c : units) sums.emplace_back(static_cast<std::size_t>(2 * padded_channels(c)));
    const auto sums_of = [&](std::size_t l) { return sums[l].data(); };
    for_each_block([&](std::int64_t first, std::int64_t last) {
      row_line_sums(rows(y[last_unit], first, last), spread(first, last), lines[last_unit], true,
                    sums_of(last_unit), sums_of(last_unit) + padded_channels(units[last_unit]));
    });
    RowMatrix stored(0, 1);  // dh of the unit that is worked on, but for the last one
    for (std::size_t l = last_unit; l > 0; --l) {
      const RowLineBack back = finish_sums(l, sums_of(l), gradients);
      RowMatrix below(count, units[l - 1]);
      float* dgamma = sums_of(l - 1);
      float* dbeta = dgamma + padded_channels(units[l - 1]);
      for_each_block([&](std::int64_t first, std::int64_t last) {
        RowMatrix dy = l == last_unit ? spread(first, last) : copy(stored, first, last);
        row_line_backward(rows(y[l], first, last), dy, lines[l], true, back, dy);
        add_weight_gradient(values_before(l, first, last), dy, gradients.weights[l].data());
        const RowMatrix dh = product(dy, transposed(parameters.weights[l], units[l]), units[l - 1]);
        std::copy_n(dh.view().data, dh.rows() * dh.view().stride(), below.view().row(first));
        if (l == 1) {
          edge_line_sums(u, v, dh, edges, first, last, lines[0], true, dgamma, dbeta);
        } else {
          row_line_sums(rows(y[l - 1], first, last), dh, lines[l - 1], true, dgamma, dbeta);
        }
      });
      stored = std::move(below);
    }
    const RowLineBack back = finish_sums(0, sums_of(0), gradients);
    RowMatrix du(edges.rows, units[0]);
    RowMatrix dv(edges.rows, units[0]);
    if (last_unit == 0) {
      RowMatrix dy = spread(0, count);
      row_line_backward(y[0], dy, lines[0], true, back, dy);
      scatter_edges(u, v, dy, edges, nullptr, false, nullptr, du, dv);
    } else {
      scatter_edges(u, v, stored, edges, &lines[0], true, &back, du, dv);
    }
    return {gradients, first_product_back(du, dv, gradients)};
  }

  const RowMatrix& x;
  const Edges& edges;
  std::vector<std::int64_t> units;
  bool mean;
  std::int64_t block;
  Parameters parameters;

 private:
  static RowMatrix product(const RowMatrix& a, const std::vector<float>& w, std::int64_t outputs) {
    RowMatrix c(a.rows(), outputs);
    for (std::int64_t r = 0; r < a.rows(); ++r) {
      for (std::int64_t n = 0; n < outputs; ++n) {
        float sum = 0;
        for (std::int64_t k = 0; k < a.channels(); ++k) {
          sum += a.at(r, k) * w[static_cast<std::size_t>(k * outputs + n)];
        }
        c.at(r, n) = sum;
      }
    }
    return c;
  }
  static std::vector<float> transposed(const std::vector<float>& w, std::int64_t columns) {
    std::vector<float> result(w.size());
    const auto inner = static_cast<std::size_t>(columns);
    const std::size_t outer = w.size() / inner;
    for (std::size_t i = 0; i < w.size(); ++i) result[i % inner * outer + i / inner] = w[i];
    return result;
  }
  static void add_weight_gradient(const RowMatrix& a, const RowMatrix& dy, float* dw) {
    for (std::int64_t r = 0; r < a.rows(); ++r) {
      for (std::int64_t k = 0; k < a.channels(); ++k) {
        for (std::int64_t n = 0; n < dy.channels(); ++n)
          dw[k * dy.channels() + n] += a.at(r, k) * dy.at(r, n);
      }
    }
  }
  static ConstRows rows(const RowMatrix& all, std::int64_t first, std::int64_t last) {
    return {all.view().row(first), last - first, all.channels()};
  }
  static RowMatrix copy(const RowMatrix& all, std::int64_t first, std::int64_t last) {
    RowMatrix result(last - first, all.channels());
    std::copy_n(all.view().row(first), result.rows() * result.view().stride(), result.view().data);
    return result;
  }

  /// h of unit l - 1, made anew from what is kept.
  RowMatrix values_before(std::size_t l, std::int64_t first, std::int64_t last) const {
    RowMatrix h(last - first, units[l - 1]);
    if (l == 1) {
      gather_edges(u, v, edges, first, last, &lines[0], true, h);
    } else {
      row_line_forward(rows(y[l - 1], first, last), lines[l - 1], true, h);
    }
    return h;
  }
  template <class Visit>
  void for_each_block(Visit visit) const {
    for (std::int64_t first = 0; first < edges.count(); first += block) {
      visit(first, std::min(edges.count(), first + block));
    }
  }
  float* memory(std::int64_t floats) {
    buffers_.emplace_back(static_cast<std::size_t>(floats));
    return buffers_.back().data();
  }
  RowMoments start(std::int64_t c) { return start_moments(c, memory(row_moments_floats(c))); }
  void finish(std::size_t l, const RowMoments& moments) {
    std::vector<float> average(static_cast<std::size_t>(units[l]));
    std::vector<float> variance(average);
    finish_moments(moments, average.data(), variance.data());
    lines.push_back(row_line(units[l], average.data(), variance.data(), kEpsilon, parameters.gammas[l].data(),
                             parameters.betas[l].data(), memory(row_line_floats(units[l]))));
  }
  RowLineBack finish_sums(std::size_t l, float* sums, Parameters& gradients) {
    finish_line_sums(units[l], lines[l], sums);
    float* dbeta = sums + padded_channels(units[l]);
    std::copy_n(sums, units[l], gradients.gammas[l].data());
    std::copy_n(dbeta, units[l], gradients.betas[l].data());
    return row_line_back(units[l], edges.count(), lines[l], sums, dbeta,
                         memory(row_line_back_floats(units[l])));
  }
  Parameters zeros() const {
    Parameters result = parameters;
    for (auto* arrays : {&result.weights, &result.gammas, &result.betas}) {
      for (auto& values : *arrays) std::fill(values.begin(), values.end(), 0.0F);
    }
    return result;
  }
  RowMatrix first_product_back(const RowMatrix& du, const RowMatrix& dv, Parameters& gradients) const {
    const std::int64_t c = units[0];
    float* of_own = gradients.weights[0].data();
    float* of_other = of_own + x.channels() * c;
    add_weight_gradient(x, du, of_own);
    add_weight_gradient(x, dv, of_other);
    for (std::int64_t i = 0; i < x.channels() * c; ++i) of_other[i] -= of_own[i];
    RowMatrix dx(x.rows(), x.channels());
    const std::vector<float>& w = parameters.weights[0];
    for (std::int64_t r = 0; r < x.rows(); ++r) {
      for (std::int64_t k = 0; k < x.channels(); ++k) {
        float sum = 0;
        for (std::int64_t n = 0; n < c; ++n) {
          const float own = w[static_cast<std::size_t>(k * c + n)];
          const float other = w[static_cast<std::size_t>((x.channels() + k) * c + n)];
          sum += du.at(r, n) * (own - other) + dv.at(r, n) * other;
        }
        dx.at(r, k) = sum;
      }
    }
    return dx;
  }

  RowMatrix u{0, 1};
  RowMatrix v{0, 1};
  std::vector<RowMatrix> y;
  std::vector<RowLine> lines;
  std::vector<AlignedBuffer<float>> buffers_;
};

}  // namespace jetrain::kernels
