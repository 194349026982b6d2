#include "kernels/norm.hpp"

#include <cmath>

#include "kernels/lane_sum.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {
namespace {

/// The sum over the pixels of channels [first, last) of value(channel, row, column), one sum a lane. Rows are
/// summed by themselves, so that rounding grows with the length of a row, not of an image.
template <class Value>
Vector sum_over(ConstPlanes x, std::int64_t first, std::int64_t last, Value value) {
  Vector sum{};
  for (std::int64_t k = first; k < last; ++k) {
    Vector plane{};
    for (std::int64_t r = 0; r < x.rows; ++r) {
      Vector row{};
      for (std::int64_t c = 0; c < x.columns; ++c) row += value(k, r, c);
      plane += row;
    }
    sum += plane;
  }
  return sum;
}

template <class Visit>
void for_each_pixel(ConstPlanes x, std::int64_t first, std::int64_t last, Visit visit) {
  for (std::int64_t k = first; k < last; ++k) {
    for (std::int64_t r = 0; r < x.rows; ++r) {
      for (std::int64_t c = 0; c < x.columns; ++c) visit(k, r, c);
    }
  }
}

Vector root(Vector v) {
  for (int i = 0; i < kVectorLanes; ++i) v[i] = std::sqrt(v[i]);
  return v;
}

/// One channel's sum over all pixels and lanes of value(lane, row, column).
template <class Value>
float sum_of_channel(ConstPlanes x, std::int64_t k, Value value) {
  alignas(64) float lanes[kLanes];
  for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
    store(lanes + lane, sum_over(x, k, k + 1, [&](std::int64_t, std::int64_t r, std::int64_t c) {
            return value(lane, r, c);
          }));
  }
  return sum_of_lanes(lanes);
}

/// 1 in the lanes that hold samples, 0 in padding.
void sample_mask(std::int64_t samples, float* lanes) {
  for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = lane < samples ? 1.0F : 0.0F;
}

}  // namespace

void group_norm_forward(const NormShape& shape, ConstPlanes x, const float* gamma, const float* beta,
                        float* kept, Planes y) {
  const std::int64_t channels = x.channels / shape.groups;
  const float share = 1.0F / static_cast<float>(channels * x.rows * x.columns);
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    const std::int64_t first = group * channels;
    const std::int64_t last = first + channels;
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
      const auto value = [&](std::int64_t k, std::int64_t r, std::int64_t c) {
        return load(x.at(k, r, c) + lane);
      };
      const Vector mean = sum_over(x, first, last, value) * share;
      const Vector variance = sum_over(x, first, last,
                                       [&](std::int64_t k, std::int64_t r, std::int64_t c) {
                                         const Vector distance = value(k, r, c) - mean;
                                         return distance * distance;
                                       }) *
                              share;
      const Vector scale = 1.0F / root(variance + shape.epsilon);
      store(kept + 2 * group * kLanes + lane, mean);
      store(kept + (2 * group + 1) * kLanes + lane, scale);
      for_each_pixel(x, first, last, [&](std::int64_t k, std::int64_t r, std::int64_t c) {
        store(y.at(k, r, c) + lane, (value(k, r, c) - mean) * scale * gamma[k] + beta[k]);
      });
    }
  }
}

void group_norm_backward_parameters(const NormShape& shape, ConstPlanes x, ConstPlanes dy, const float* kept,
                                    float* dgamma, float* dbeta) {
  const std::int64_t channels = x.channels / shape.groups;
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const float* means = kept + 2 * (k / channels) * kLanes;
    dgamma[k] = sum_of_channel(x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) {
      const Vector normal = (load(x.at(k, r, c) + lane) - load(means + lane)) * load(means + kLanes + lane);
      return normal * load(dy.at(k, r, c) + lane);
    });
    dbeta[k] = sum_of_channel(
        x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) { return load(dy.at(k, r, c) + lane); });
  }
}

void group_norm_backward_input(const NormShape& shape, ConstPlanes x, ConstPlanes dy, const float* gamma,
                               const float* kept, Planes dx) {
  // With g = gamma dy and n = (x - mean) scale: dx = scale (g - mean(g) - n mean(g n)).
  const std::int64_t channels = x.channels / shape.groups;
  const float share = 1.0F / static_cast<float>(channels * x.rows * x.columns);
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    const std::int64_t first = group * channels;
    const std::int64_t last = first + channels;
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
      const Vector mean = load(kept + 2 * group * kLanes + lane);
      const Vector scale = load(kept + (2 * group + 1) * kLanes + lane);
      const auto gradient = [&](std::int64_t k, std::int64_t r, std::int64_t c) {
        return load(dy.at(k, r, c) + lane) * gamma[k];
      };
      const auto normal = [&](std::int64_t k, std::int64_t r, std::int64_t c) {
        return (load(x.at(k, r, c) + lane) - mean) * scale;
      };
      const Vector mean_gradient = sum_over(x, first, last, gradient) * share;
      const Vector mean_product = sum_over(x, first, last,
                                           [&](std::int64_t k, std::int64_t r, std::int64_t c) {
                                             return gradient(k, r, c) * normal(k, r, c);
                                           }) *
                                  share;
      for_each_pixel(x, first, last, [&](std::int64_t k, std::int64_t r, std::int64_t c) {
        store(dx.at(k, r, c) + lane,
              scale * (gradient(k, r, c) - mean_gradient - normal(k, r, c) * mean_product));
      });
    }
  }
}

void batch_statistics(ConstPlanes x, std::int64_t samples, float* mean, float* variance) {
  alignas(64) float mask[kLanes];
  sample_mask(samples, mask);
  const float share = 1.0F / static_cast<float>(samples * x.rows * x.columns);
  for (std::int64_t k = 0; k < x.channels; ++k) {
    mean[k] = share * sum_of_channel(x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) {
                return load(x.at(k, r, c) + lane) * load(mask + lane);
              });
    variance[k] = share * sum_of_channel(x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) {
                    const Vector distance = (load(x.at(k, r, c) + lane) - mean[k]) * load(mask + lane);
                    return distance * distance;
                  });
  }
}

void batch_norm_forward(ConstPlanes x, float epsilon, const float* mean, const float* variance,
                        const float* gamma, const float* beta, Planes y) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const float scale = gamma[k] / std::sqrt(variance[k] + epsilon);
    for_each_pixel(x, k, k + 1, [&](std::int64_t, std::int64_t r, std::int64_t c) {
      for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes)
        store(y.at(k, r, c) + lane, (load(x.at(k, r, c) + lane) - mean[k]) * scale + beta[k]);
    });
  }
}

void batch_norm_backward_parameters(ConstPlanes x, ConstPlanes dy, float epsilon, const float* mean,
                                    const float* variance, float* dgamma, float* dbeta) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const float scale = 1.0F / std::sqrt(variance[k] + epsilon);
    dgamma[k] = scale * sum_of_channel(x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) {
                  return (load(x.at(k, r, c) + lane) - mean[k]) * load(dy.at(k, r, c) + lane);
                });
    dbeta[k] = sum_of_channel(
        x, k, [&](std::int64_t lane, std::int64_t r, std::int64_t c) { return load(dy.at(k, r, c) + lane); });
  }
}

void batch_norm_backward_input(ConstPlanes x, ConstPlanes dy, std::int64_t samples, float epsilon,
                               const float* mean, const float* variance, const float* gamma, Planes dx) {
  // As for a group: dx = gamma scale (dy - mean(dy) - n mean(dy n)), the means over samples and pixels.
  alignas(64) float mask[kLanes];
  sample_mask(samples, mask);
  const float share = 1.0F / static_cast<float>(samples * x.rows * x.columns);
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const float scale = 1.0F / std::sqrt(variance[k] + epsilon);
    float product = 0;
    float sum = 0;
    batch_norm_backward_parameters({x.at(k, 0, 0), 1, x.rows, x.columns, x.channel_stride, x.row_stride},
                                   {dy.at(k, 0, 0), 1, dy.rows, dy.columns, dy.channel_stride, dy.row_stride},
                                   epsilon, mean + k, variance + k, &product, &sum);
    const float mean_gradient = sum * share;
    const float mean_product = product * share;
    for_each_pixel(x, k, k + 1, [&](std::int64_t, std::int64_t r, std::int64_t c) {
      for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
        const Vector normal = (load(x.at(k, r, c) + lane) - mean[k]) * scale;
        const Vector gradient = load(dy.at(k, r, c) + lane) - mean_gradient - normal * mean_product;
        store(dx.at(k, r, c) + lane, gradient * (gamma[k] * scale) * load(mask + lane));
      }
    });
  }
}

}  // namespace jetrain::kernels
