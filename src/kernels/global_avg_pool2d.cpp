#include "kernels/global_avg_pool2d.hpp"

#include "kernels/planes.hpp"

namespace jetrain::kernels {

void global_avg_pool2d_forward(ConstPlanes x, float* y) {
  const auto pixels = static_cast<float>(x.rows * x.columns);
  for (std::int64_t k = 0; k < x.channels; ++k) {
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
      Vector sum{};
      for (std::int64_t r = 0; r < x.rows; ++r) {
        Vector row{};
        for (std::int64_t c = 0; c < x.columns; ++c) row += load(x.at(k, r, c) + lane);
        sum += row;
      }
      store(y + k * kLanes + lane, sum / pixels);
    }
  }
}

void global_avg_pool2d_backward(const float* dy, Planes dx) {
  const auto pixels = static_cast<float>(dx.rows * dx.columns);
  for_each_vector(dx, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    store(dx.at(k, r, c) + lane, load(dy + k * kLanes + lane) / pixels);
  });
}

}  // namespace jetrain::kernels
