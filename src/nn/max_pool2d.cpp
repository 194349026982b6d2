#include <fmt/format.h>

#include "jetrain/core/error.hpp"
#include "jetrain/kernels/pool2d.hpp"
#include "layers.hpp"

namespace jetrain {
namespace {

class MaxPool2d final : public Layer {
 public:
  MaxPool2d(const MaxPool2dConfig& config, const Shape& input)
      : Layer("max_pool2d", input,
              Shape::image(input.channels, input.rows / config.size, input.columns / config.size)),
        size_(config.size) {}

  void forward(const float*, ConstPlanes x, Planes y) const override {
    kernels::max_pool2d_forward(size_, x, y);
  }
  void backward_input(const float*, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::max_pool2d_backward(size_, x, y, dy, mask_with_x, dx);
  }

 private:
  std::int64_t size_;
};

}  // namespace

std::unique_ptr<Layer> make(const MaxPool2dConfig& config, const Shape& input) {
  if (input.flat)
    throw UsageError(fmt::format("max_pool2d needs an image, but its input is the vector {}", input.text()));
  if (config.size > input.rows || config.size > input.columns) {
    throw UsageError(fmt::format("size {0} x {0} does not fit into the input {1}: use a smaller size",
                                 config.size, input.text()));
  }
  return std::make_unique<MaxPool2d>(config, input);
}

}  // namespace jetrain
