#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// Probabilities of a vector of logits. Before cross_entropy, the loss does this itself, in one step.
class Softmax final : public Layer {
 public:
  explicit Softmax(const Shape& input) : Layer("softmax", input, input) {}

  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::softmax_forward(input().columns, x.data, y.data);
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes y, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::softmax_backward(input().columns, y.data, dy.data, dx.data);
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const SoftmaxConfig&, const Shape& input) {
  if (!input.flat)
    throw UsageError(fmt::format("softmax needs a vector, but its input is the image {}", input.text()));
  return std::make_unique<Softmax>(input);
}

}  // namespace jetrain
