#include "jetrain/kernels/activation.hpp"
#include "layers.hpp"

namespace jetrain {
namespace {

/// y = max(x, 0) as a layer of its own (`activation: relu` inside conv2d and dense is the faster way to say
/// it).
class Relu final : public Layer {
 public:
  explicit Relu(const Shape& input) : Layer("relu", input, input) {}

  bool output_is_relu() const override { return true; }
  void forward(const float*, ConstPlanes x, Planes y) const override { kernels::relu_forward(x, y); }
  void backward_input(const float*, ConstPlanes, ConstPlanes y, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::relu_backward(y, dy, dx);  // y > 0 only where x > 0: a mask by x changes nothing
  }
};

}  // namespace

std::unique_ptr<Layer> make(const ReluConfig&, const Shape& input) {
  return std::make_unique<Relu>(input);
}

}  // namespace jetrain
