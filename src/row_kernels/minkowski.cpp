#include "row_kernels/minkowski.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/double_math.hpp"
#include "kernels/scratch.hpp"

namespace jetrain::kernels {
namespace {

struct Momentum {
  double e, px, py, pz;
};

Momentum momentum_of(const float* row) {
  const auto at = [row](int k) {
    return static_cast<double>(row[k]) + static_cast<double>(row[kMomentum + k]);
  };
  return {at(0), at(1), at(2), at(3)};
}

// Inlined, or the loops below would be no vectors'.
[[gnu::always_inline]] inline double product(const Momentum& p, const Momentum& q) {
  return p.e * q.e - p.px * q.px - p.py * q.py - p.pz * q.pz;
}
[[gnu::always_inline]] inline Momentum difference(const Momentum& p, const Momentum& q) {
  return {p.e - q.e, p.px - q.px, p.py - q.py, p.pz - q.pz};
}
[[gnu::always_inline]] inline double norm_of_difference(const Momentum& p, const Momentum& q) {
  const Momentum d = difference(p, q);
  return product(d, d);
}
[[gnu::always_inline]] inline double psi(double t) {
  const double size = double_logarithm(1.0 + std::fabs(t));
  return (t < 0 ? -size : size) + (t - t);
}
/// Its derivative.
[[gnu::always_inline]] inline double slope(double t) {
  return 1.0 / (1.0 + std::fabs(t));
}

/// What pair (i, j) does to the gradient of x_i: the derivatives of |x_i - x_j|^2 and <x_i, x_j>, each with
/// what comes back along both of its edges.
struct PairGradient {
  double of_norm, of_dot;

  [[gnu::always_inline]] static PairGradient of(const Momentum& p, const Momentum& q, double dnorm,
                                                double ddot) {
    return {2.0 * dnorm * slope(norm_of_difference(p, q)), ddot * slope(product(p, q))};
  }
};

/// The sum over a constituent's pairs, in their order.
struct GradientSum {
  Momentum sum{};

  void add(const Momentum& p, const Momentum& q, const PairGradient& pair) {
    sum.e += pair.of_norm * (p.e - q.e) + pair.of_dot * q.e;
    sum.px -= pair.of_norm * (p.px - q.px) + pair.of_dot * q.px;
    sum.py -= pair.of_norm * (p.py - q.py) + pair.of_dot * q.py;
    sum.pz -= pair.of_norm * (p.pz - q.pz) + pair.of_dot * q.pz;
  }
  void add_to(float* dx) const {
    dx[0] += static_cast<float>(sum.e);
    dx[1] += static_cast<float>(sum.px);
    dx[2] += static_cast<float>(sum.py);
    dx[3] += static_cast<float>(sum.pz);
  }
};

/// Of the n constituents of one jet, whose edges stand one behind the other: that from i to j.
std::int64_t edge_of(std::int64_t n, std::int64_t i, std::int64_t j) {
  return i * (n - 1) + (j < i ? j : j - 1);
}

/// Calls visit(first row, n, first edge) for each jet that has constituents.
template <class Visit>
void for_each_jet(const RowOffsets& sets, const Visit& visit) {
  std::int64_t edge = 0;
  for (std::int64_t sample = 0; sample < kLanes; ++sample) {
    const std::int64_t n = sets.count(sample);
    if (n == 0) continue;
    visit(sets.begin(sample), n, edge);
    edge += n * (n - 1);
  }
}

/// The momenta of one jet, number by number, and two numbers for each constituent.
struct Columns {
  double *e, *px, *py, *pz, *first, *second;

  Columns(ConstRows x, std::int64_t begin, std::int64_t n) {
    thread_local Scratch<double> memory;
    e = memory.reserve(6 * n);
    px = e + n;
    py = px + n;
    pz = py + n;
    first = pz + n;
    second = first + n;
    for (std::int64_t i = 0; i < n; ++i) {
      const Momentum p = momentum_of(x.row(begin + i));
      e[i] = p.e;
      px[i] = p.px;
      py[i] = p.py;
      pz[i] = p.pz;
    }
  }
  Momentum at(std::int64_t i) const { return {e[i], px[i], py[i], pz[i]}; }
};

void features_of_one(const Columns& columns, std::int64_t n, std::int64_t i, float* norms, float* dots) {
  // Pointers of their own: neither compiler vectorises through the structure.
  const double* const e = columns.e;
  const double* const px = columns.px;
  const double* const py = columns.py;
  const double* const pz = columns.pz;
  double* const first = columns.first;
  double* const second = columns.second;
  const Momentum p = columns.at(i);
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) {
    const Momentum q{e[j], px[j], py[j], pz[j]};
    first[j] = psi(norm_of_difference(p, q));
    second[j] = psi(product(p, q));
  }
  for (std::int64_t j = 0; j < i; ++j) {
    norms[j] = static_cast<float>(first[j]);
    dots[j] = static_cast<float>(second[j]);
  }
  for (std::int64_t j = i + 1; j < n; ++j) {
    norms[j - 1] = static_cast<float>(first[j]);
    dots[j - 1] = static_cast<float>(second[j]);
  }
}

void gradient_of_one(const Columns& columns, std::int64_t n, std::int64_t i, const float* dnorms,
                     const float* ddots, float* dx) {
  // Pointers of their own: neither compiler vectorises through the structure.
  const double* const e = columns.e;
  const double* const px = columns.px;
  const double* const py = columns.py;
  const double* const pz = columns.pz;
  double* const first = columns.first;
  double* const second = columns.second;
  const Momentum p = columns.at(i);
  for (std::int64_t j = 0; j < n; ++j) {
    const bool other = j != i;
    const std::int64_t there = other ? edge_of(n, i, j) : 0;
    const std::int64_t back = other ? edge_of(n, j, i) : 0;
    first[j] = other ? static_cast<double>(dnorms[there]) + static_cast<double>(dnorms[back]) : 0.0;
    second[j] = other ? static_cast<double>(ddots[there]) + static_cast<double>(ddots[back]) : 0.0;
  }
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) {
    const PairGradient pair = PairGradient::of(p, Momentum{e[j], px[j], py[j], pz[j]}, first[j], second[j]);
    first[j] = pair.of_norm;
    second[j] = pair.of_dot;
  }
  GradientSum sum;
  for (std::int64_t j = 0; j < n; ++j) {
    if (j != i) sum.add(p, columns.at(j), {first[j], second[j]});
  }
  sum.add_to(dx);
}

}  // namespace

Edges all_edges(const RowOffsets& sets, std::int32_t* memory) {
  const std::int64_t rows = sets.rows();
  std::int32_t* const sources = memory + rows + 1;
  std::int32_t* const targets = sources + all_edges_count(sets);
  std::int64_t edge = 0;
  for_each_jet(sets, [&](std::int64_t begin, std::int64_t n, std::int64_t) {
    for (std::int64_t i = begin; i < begin + n; ++i) {
      memory[i] = static_cast<std::int32_t>(edge);
      for (std::int64_t j = begin; j < begin + n; ++j) {
        if (j == i) continue;
        sources[edge] = static_cast<std::int32_t>(i);
        targets[edge] = static_cast<std::int32_t>(j);
        ++edge;
      }
    }
  });
  memory[rows] = static_cast<std::int32_t>(edge);
  return {memory, sources, targets, rows};
}

void minkowski_features(ConstRows x, const RowOffsets& sets, float* norms, float* dots) {
  for_each_jet(sets, [&](std::int64_t begin, std::int64_t n, std::int64_t edge) {
    const Columns columns(x, begin, n);
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t first = edge + i * (n - 1);
      features_of_one(columns, n, i, norms + first, dots + first);
    }
  });
}

void minkowski_features_backward(ConstRows x, const RowOffsets& sets, const float* dnorms, const float* ddots,
                                 Rows dx) {
  for_each_jet(sets, [&](std::int64_t begin, std::int64_t n, std::int64_t edge) {
    const Columns columns(x, begin, n);
    for (std::int64_t i = 0; i < n; ++i) {
      gradient_of_one(columns, n, i, dnorms + edge, ddots + edge, dx.row(begin + i));
    }
  });
}

void minkowski_masses(ConstRows x, float* masses) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const Momentum p = momentum_of(x.row(r));
    masses[r] = static_cast<float>(psi(product(p, p)));
  }
}

namespace reference {

void minkowski_features(ConstRows x, const RowOffsets& sets, float* norms, float* dots) {
  for_each_jet(sets, [&](std::int64_t begin, std::int64_t n, std::int64_t edge) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        if (j == i) continue;
        const Momentum p = momentum_of(x.row(begin + i));
        const Momentum q = momentum_of(x.row(begin + j));
        norms[edge + edge_of(n, i, j)] = static_cast<float>(psi(norm_of_difference(p, q)));
        dots[edge + edge_of(n, i, j)] = static_cast<float>(psi(product(p, q)));
      }
    }
  });
}

void minkowski_features_backward(ConstRows x, const RowOffsets& sets, const float* dnorms, const float* ddots,
                                 Rows dx) {
  for_each_jet(sets, [&](std::int64_t begin, std::int64_t n, std::int64_t edge) {
    for (std::int64_t i = 0; i < n; ++i) {
      GradientSum sum;
      for (std::int64_t j = 0; j < n; ++j) {
        if (j == i) continue;
        const Momentum p = momentum_of(x.row(begin + i));
        const Momentum q = momentum_of(x.row(begin + j));
        const std::int64_t there = edge + edge_of(n, i, j);
        const std::int64_t back = edge + edge_of(n, j, i);
        const double dnorm = static_cast<double>(dnorms[there]) + static_cast<double>(dnorms[back]);
        const double ddot = static_cast<double>(ddots[there]) + static_cast<double>(ddots[back]);
        sum.add(p, q, PairGradient::of(p, q, dnorm, ddot));
      }
      sum.add_to(dx.row(begin + i));
    }
  });
}

}  // namespace reference

}  // namespace jetrain::kernels
