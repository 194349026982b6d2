#include <algorithm>

#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

class Add final : public Layer {
 public:
  explicit Add(std::vector<Shape> inputs) : Layer(AddDescription{}, inputs, inputs.front()) {}

  LayerNeeds needs() const override { return {.can_rectify = true}; }
  /// The sum in the order of the inputs.
  void forward(const LayerPass& pass, Planes y) const override {
    const std::span<const ConstPlanes> x = pass.inputs;
    kernels::add_forward(x[0], x[1], pass.rectify && x.size() == 2, y);
    for (std::size_t i = 2; i < x.size(); ++i)
      kernels::add_forward(y, x[i], pass.rectify && i + 1 == x.size(), y);
  }
  void backward_inputs(const LayerPass&, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    for (const InputGradient& gradient : gradients)
      if (gradient.wanted()) kernels::copy(dy, gradient.dx);
  }
};

class Concatenate final : public Layer {
 public:
  Concatenate(std::vector<Shape> inputs, std::int64_t features)
      : Layer(ConcatenateDescription{}, std::move(inputs), Shape::vector(features)) {}

  void forward(const LayerPass& pass, Planes y) const override {
    std::int64_t first = 0;
    for (const ConstPlanes& x : pass.inputs) {
      kernels::copy(x, part(y, first, x.columns));
      first += x.columns;
    }
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const std::int64_t features = pass.inputs[i].columns;
      if (gradients[i].wanted()) kernels::copy(part(dy, first, features), gradients[i].dx);
      first += features;
    }
  }

 private:
  template <class T>
  static BasicPlanes<T> part(BasicPlanes<T> planes, std::int64_t first, std::int64_t features) {
    planes.data += first * kLanes;
    planes.columns = features;
    return planes;
  }
};

}  // namespace

std::unique_ptr<Layer> make_add(std::vector<Shape> inputs) {
  return std::make_unique<Add>(std::move(inputs));
}

std::unique_ptr<Layer> make_concatenate(std::vector<Shape> inputs) {
  std::int64_t features = 0;
  for (const Shape& input : inputs) features += require_vector(input, "concatenate").features;
  return std::make_unique<Concatenate>(std::move(inputs), features);
}

}  // namespace jetrain
