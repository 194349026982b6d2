#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

class Add final : public Layer {
 public:
  Add(const Shape& input, bool relu) : Layer("add", input, input), relu_(relu) {}

  bool output_is_relu() const override { return relu_; }
  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::add_forward(x, pass.second, relu_, y);
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::copy(dy, dx);
  }
  void backward_second(const LayerPass&, ConstPlanes dy, Planes dx) const override { kernels::copy(dy, dx); }

 private:
  bool relu_;
};

class Concatenate final : public Layer {
 public:
  Concatenate(const Shape& first, const Shape& second)
      : Layer("concatenate", first, Shape::vector(first.columns + second.columns)) {}

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::copy(x, part(y, 0, x.columns));
    kernels::copy(pass.second, part(y, x.columns, y.columns));
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::copy(part(dy, 0, dx.columns), dx);
  }
  void backward_second(const LayerPass&, ConstPlanes dy, Planes dx) const override {
    kernels::copy(part(dy, dy.columns - dx.columns, dy.columns), dx);
  }

 private:
  /// The features [first, last).
  template <class T>
  static BasicPlanes<T> part(BasicPlanes<T> planes, std::int64_t first, std::int64_t last) {
    planes.data += first * kLanes;
    planes.columns = last - first;
    return planes;
  }
};

}  // namespace

std::unique_ptr<Layer> make_add(const Shape& input, bool relu) {
  return std::make_unique<Add>(input, relu);
}

std::unique_ptr<Layer> make_concatenate(const Shape& first, const Shape& second) {
  return std::make_unique<Concatenate>(first, second);
}

}  // namespace jetrain
