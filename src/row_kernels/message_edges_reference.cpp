#include <algorithm>
#include <vector>

#include "kernels/lane_sum.hpp"
#include "kernels/multiply_add.hpp"
#include "row_kernels/message_edges.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels::reference {
namespace {

float y_of(const MessageTerms& terms, std::int64_t edge, std::int64_t k) {
  const float ends = terms.u.row(terms.edges.sources[edge])[k] + terms.v.row(terms.edges.targets[edge])[k];
  return multiply_add(terms.b[k], terms.dots[edge], multiply_add(terms.a[k], terms.norms[edge], ends));
}

float gradient(const RowLine& line, std::int64_t k, float y, float dh) {
  return multiply_add(y, line.scale[k], line.shift[k]) > 0 ? dh : 0;
}

/// Adds to `sum`, in passes, what add(edge, sum) adds to the sum of a pass.
template <class Add>
void sum_over_edges(std::int64_t first, std::int64_t last, float& sum, Add add) {
  for (std::int64_t begin = first; begin < last; begin += kPassRows) {
    float pass = 0;
    for (std::int64_t e = begin; e < std::min(last, begin + kPassRows); ++e) add(e, pass);
    sum += pass;
  }
}

/// Sixteen partial sums over channels of dy times weights.
float dot(const std::vector<float>& dy, const float* weights) {
  float parts[kLanes] = {};
  for (std::size_t k = 0; k < dy.size(); ++k) {
    parts[k % kLanes] = multiply_add(dy[k], weights[k], parts[k % kLanes]);
  }
  return sum_of_lanes(parts);
}

}  // namespace

void add_message_moments(const MessageTerms& terms, std::int64_t first, std::int64_t last,
                         RowMoments& moments) {
  for (std::int64_t k = 0; k < moments.channels && first < last; ++k) {
    if (moments.rows == 0) {
      const std::int64_t end = std::min(last, first + kPassRows);
      float sum = 0;
      sum_over_edges(first, end, sum, [&](std::int64_t e, float& pass) { pass += y_of(terms, e, k); });
      moments.centre[k] = sum / static_cast<float>(end - first);
    }
    sum_over_edges(first, last, moments.sums[k],
                   [&](std::int64_t e, float& pass) { pass += y_of(terms, e, k) - moments.centre[k]; });
    sum_over_edges(first, last, moments.squares[k], [&](std::int64_t e, float& pass) {
      const float distance = y_of(terms, e, k) - moments.centre[k];
      pass = multiply_add(distance, distance, pass);
    });
  }
  moments.rows += last - first;
}

void gather_messages(const MessageTerms& terms, std::int64_t first, std::int64_t last, const RowLine& line,
                     Rows h) {
  for (std::int64_t e = first; e < last; ++e) {
    for (std::int64_t k = 0; k < h.channels; ++k) {
      const float value = multiply_add(y_of(terms, e, k), line.scale[k], line.shift[k]);
      h.row(e - first)[k] = value < 0 ? 0 : value;
    }
  }
}

void message_line_sums(const MessageTerms& terms, ConstRows dh, std::int64_t first, std::int64_t last,
                       const RowLine& line, float* dgamma, float* dbeta) {
  for (std::int64_t k = 0; k < dh.channels; ++k) {
    const auto gradient_of = [&](std::int64_t e) {
      return gradient(line, k, y_of(terms, e, k), dh.row(e - first)[k]);
    };
    sum_over_edges(first, last, dgamma[k], [&](std::int64_t e, float& pass) {
      pass = multiply_add(gradient_of(e), y_of(terms, e, k) - line.mean[k], pass);
    });
    sum_over_edges(first, last, dbeta[k], [&](std::int64_t e, float& pass) { pass += gradient_of(e); });
  }
}

void scatter_messages(const MessageTerms& terms, ConstRows dh, const RowLine& line, const RowLineBack& back,
                      const MessageGradients& gradients) {
  const auto channels = static_cast<std::size_t>(dh.channels);
  std::fill_n(gradients.da, channels, 0.0F);
  std::fill_n(gradients.db, channels, 0.0F);
  for (std::int64_t r = 0; r < terms.edges.rows; ++r) {
    std::fill_n(gradients.du.row(r), channels, 0.0F);
    std::fill_n(gradients.dv.row(r), channels, 0.0F);
  }
  std::vector<float> dy(channels);
  for (std::int64_t row = 0; row < terms.edges.rows; ++row) {
    std::vector<float> da(channels);
    std::vector<float> db(channels);
    for (std::int64_t e = terms.edges.begin(row); e < terms.edges.begin(row + 1); ++e) {
      for (std::size_t i = 0; i < channels; ++i) {
        const auto k = static_cast<std::int64_t>(i);
        const float y = y_of(terms, e, k);
        const float common = multiply_add(y - line.mean[k], back.per_value[k], back.per_gradient[k]);
        dy[i] = multiply_add(gradient(line, k, y, dh.row(e)[k]), line.scale[k], common);
        gradients.du.row(row)[k] += dy[i];
        gradients.dv.row(terms.edges.targets[e])[k] += dy[i];
        da[i] = multiply_add(dy[i], terms.norms[e], da[i]);
        db[i] = multiply_add(dy[i], terms.dots[e], db[i]);
      }
      gradients.dnorms[e] = dot(dy, terms.a);
      gradients.ddots[e] = dot(dy, terms.b);
    }
    for (std::size_t i = 0; i < channels; ++i) {
      gradients.da[i] += da[i];
      gradients.db[i] += db[i];
    }
  }
}

}  // namespace jetrain::kernels::reference
