#include "jetrain/kernels/pool2d.hpp"

namespace jetrain::kernels::reference {

void max_pool2d_forward(std::int64_t size, ConstPlanes x, Planes y) {
  for (std::int64_t k = 0; k < y.channels; ++k) {
    for (std::int64_t r = 0; r < y.rows; ++r) {
      for (std::int64_t c = 0; c < y.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) {
          float best = x.at(k, r * size, c * size)[lane];
          for (std::int64_t i = 0; i < size * size; ++i) {
            const float value = x.at(k, r * size + i / size, c * size + i % size)[lane];
            if (value > best || value != value) best = value;
          }
          y.at(k, r, c)[lane] = best;
        }
      }
    }
  }
}

void max_pool2d_backward(std::int64_t size, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx) {
  for (std::int64_t k = 0; k < dx.channels; ++k) {
    for (std::int64_t r = 0; r < dx.rows; ++r) {
      for (std::int64_t c = 0; c < dx.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) dx.at(k, r, c)[lane] = 0;
      }
    }
    for (std::int64_t r = 0; r < y.rows; ++r) {
      for (std::int64_t c = 0; c < y.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) {
          for (std::int64_t i = 0; i < size * size; ++i) {
            const float value = x.at(k, r * size + i / size, c * size + i % size)[lane];
            if (value != y.at(k, r, c)[lane]) continue;
            if (!relu || value > 0) {
              dx.at(k, r * size + i / size, c * size + i % size)[lane] = dy.at(k, r, c)[lane];
            }
            break;
          }
        }
      }
    }
  }
}

}  // namespace jetrain::kernels::reference
