#pragma once

#include "jetrain/core/aligned_buffer.hpp"
#include "jetrain/core/checked_cast.hpp"
#include "jetrain/optim/optimizer.hpp"

namespace jetrain {

/// Adam (Kingma and Ba, ICLR 2015, the efficient form at the end of section 2, as in Keras):
///   m <- m + (1 - beta_1) (g - m),  v <- v + (1 - beta_2) (g^2 - v),
///   w <- w - lr sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
class Adam final : public Optimizer {
 public:
  Adam(const AdamConfig& config, std::int64_t parameters);
  void begin_step() override;
  void update(ElementRange range, float* parameters, const std::int64_t* sums, double scale) override;
  double learning_rate() const override { return config_.learning_rate; }
  std::vector<StateArray> state() override;

 private:
  AdamConfig config_;
  std::size_t parameters_;
  float step_size_ = 0;
  AlignedBuffer<float> first_moment_;
  AlignedBuffer<float> second_moment_;
};

}  // namespace jetrain
