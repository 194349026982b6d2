#include "jetrain/nn/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "jetrain/core/error.hpp"
#include "jetrain/core/random.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/kernels/activation.hpp"

namespace jetrain {
namespace {

bool ends_in_softmax(const LayerConfig& layer) {
  const auto* dense = std::get_if<DenseConfig>(&layer);
  return std::holds_alternative<SoftmaxConfig>(layer) || (dense != nullptr && dense->activation == "softmax");
}

/// conv2d, conv2d_1, conv2d_2, ... in the order of the network, as Keras names layers.
std::string next_name(const std::string& kind, std::map<std::string, int>& used) {
  const int count = used[kind]++;
  return count == 0 ? kind : fmt::format("{}_{}", kind, count);
}

}  // namespace

std::int64_t predicted_class(std::int64_t classes, const float* probabilities, std::size_t lane) {
  std::int64_t best = 0;
  for (std::int64_t c = 1; c < classes; ++c) {
    const auto at = [&](std::int64_t k) {
      return probabilities[k * kLanes + static_cast<std::int64_t>(lane)];
    };
    if (at(c) > at(best)) best = c;
  }
  return best;
}

Model::Model(const ModelConfig& config, const Shape& input) : input_(input) {
  if (!ends_in_softmax(config.layers.back())) {
    throw UsageError(
        "model.layers: the last layer must be a softmax (dense: {units: 2, activation: softmax}), since the "
        "loss is cross_entropy");
  }
  softmax_is_layer_ = std::holds_alternative<SoftmaxConfig>(config.layers.back());
  const std::size_t count = config.layers.size() - (softmax_is_layer_ ? 1 : 0);
  if (count == 0)
    throw UsageError("model.layers: a softmax alone has nothing to train; put layers before it");

  std::map<std::string, int> used;
  Shape shape = input;
  for (std::size_t i = 0; i < count; ++i) {
    try {
      if (i + 1 < config.layers.size() && ends_in_softmax(config.layers[i]))
        throw UsageError("softmax can only be the last layer");
      layers_.push_back(make_layer(config.layers[i], shape));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("model.layers[{}]: {}", i, error.what()));
    }
    const Layer& layer = *layers_.back();
    names_.push_back(next_name(layer.kind(), used));
    offsets_.push_back(parameter_count_);
    for (const ParameterSpec& spec : layer.parameters()) {
      views_.push_back({names_.back(), spec, parameter_count_});
      parameter_count_ += spec.size();
    }
    shape = layer.output();
  }
  if (!shape.flat || shape.size() != 2) {
    throw UsageError(fmt::format(
        "model.layers: the last layer gives {} but the labels have 2 classes (QCD, top): end with "
        "dense: {{units: 2, activation: softmax}}",
        shape.text()));
  }
  arena_ = AlignedBuffer<float>(static_cast<std::size_t>(parameter_count_));
}

std::int64_t Model::multiply_adds_forward() const {
  std::int64_t sum = 0;
  for (const auto& layer : layers_) sum += layer->multiply_adds();
  return sum;
}

std::int64_t Model::multiply_adds_training() const {
  return 3 * multiply_adds_forward() - layers_.front()->multiply_adds();
}

void Model::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const ParameterView& view = views_[i];
    const auto values = parameters().subspan(static_cast<std::size_t>(view.offset),
                                             static_cast<std::size_t>(view.spec.size()));
    if (view.spec.fan_in == 0) {
      std::fill(values.begin(), values.end(), 0.0F);
      continue;
    }
    const double limit = std::sqrt(6.0 / static_cast<double>(view.spec.fan_in + view.spec.fan_out));
    RandomStream stream(seed, Purpose::initial_weights, 0, i);
    for (float& value : values) value = static_cast<float>(stream.uniform(-limit, limit));
  }
}

std::string Model::summary() const {
  const std::string line(66, '-');
  std::string text = fmt::format("{:<28}{:<24}{:>14}\n{}\n", "Layer", "Output shape", "Parameters", line);
  const auto row = [&](const std::string& name, const std::string& shape, std::int64_t parameters) {
    text += fmt::format("{:<28}{:<24}{:>14}\n", name, shape, parameters);
  };
  row("input", input_.text(), 0);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const std::int64_t end = i + 1 < layers_.size() ? offsets_[i + 1] : parameter_count_;
    row(names_[i], layers_[i]->output().text(), end - offsets_[i]);
  }
  if (softmax_is_layer_) row("softmax", layers_.back()->output().text(), 0);
  text += fmt::format("{}\nParameters: {} ({:.1f} MB)\n", line, parameter_count_,
                      static_cast<double>(parameter_count_) * sizeof(float) / 1e6);
  text += fmt::format("Multiply-adds a jet: {} forward, {} in a training step\n", multiply_adds_forward(),
                      multiply_adds_training());
  return text;
}

LeafWorkspace::LeafWorkspace(const Model& model, bool with_gradients) {
  const auto& layers = model.layers();
  std::int64_t scratch = 0;
  activations_.push_back(allocate(model.input(), layers.front()->input_halo()));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Halo halo = i + 1 < layers.size() ? layers[i + 1]->input_halo() : Halo{};
    activations_.push_back(allocate(layers[i]->output(), halo));
    scratch = std::max(scratch, layers[i]->scratch_floats());
  }
  probabilities_ = AlignedBuffer<float>(static_cast<std::size_t>(model.classes() * kLanes));
  if (!with_gradients) return;
  gradients_.emplace_back();  // nobody asks for the gradient of the input
  for (const auto& layer : layers)
    gradients_.push_back(allocate(layer->output(), layer->output_gradient_halo()));
  scratch_ = AlignedBuffer<float>(static_cast<std::size_t>(scratch));
}

Planes LeafWorkspace::allocate(const Shape& shape, const Halo& halo) {
  const std::int64_t rows = shape.rows + halo.top + halo.bottom;
  const std::int64_t row_stride = (shape.columns + halo.left + halo.right) * kLanes;
  const std::int64_t channel_stride = rows * row_stride;
  auto& buffer = memory_.emplace_back(static_cast<std::size_t>(shape.channels * channel_stride));
  return {buffer.data() + halo.top * row_stride + halo.left * kLanes,
          shape.channels,
          shape.rows,
          shape.columns,
          channel_stride,
          row_stride};
}

void Model::forward_logits(LeafWorkspace& workspace) const {
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i]->forward(arena_.data() + offsets_[i], workspace.activations_[i],
                        workspace.activations_[i + 1]);
    if (times != nullptr) timer.lap(times->forward[i]);
  }
}

void Model::forward(LeafWorkspace& workspace) const {
  forward_logits(workspace);
  kernels::softmax_forward(classes(), workspace.activations_.back().data, workspace.probabilities_.data());
}

void Model::forward_loss(LeafWorkspace& workspace, std::span<const std::uint8_t> labels,
                         double* losses) const {
  forward_logits(workspace);
  kernels::softmax_cross_entropy(classes(), workspace.activations_.back().data, labels.data(),
                                 std::ssize(labels), workspace.probabilities_.data(), losses, nullptr);
}

LeafResult Model::forward_backward(LeafWorkspace& workspace, std::span<const std::uint8_t> labels,
                                   float limit, std::int64_t* gradient_sums) const {
  forward_logits(workspace);
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  double losses[kLanes];
  kernels::softmax_cross_entropy(classes(), workspace.activations_.back().data, labels.data(),
                                 std::ssize(labels), workspace.probabilities_.data(), losses,
                                 workspace.gradients_.back().data);
  if (layers_.back()->output_is_relu()) {  // a softmax layer on top of activation: relu
    kernels::relu_backward(workspace.activations_.back(), workspace.gradients_.back(),
                           workspace.gradients_.back());
  }
  LeafResult result;
  for (std::size_t lane = 0; lane < labels.size(); ++lane) {
    result.loss += losses[lane];
    result.correct += predicted_class(classes(), workspace.probabilities(), lane) == labels[lane] ? 1 : 0;
  }
  if (times != nullptr) timer.lap(times->loss);

  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = *layers_[i];
    const ConstPlanes x = workspace.activations_[i];
    const ConstPlanes dy = workspace.gradients_[i + 1];
    const GradientSums sums{gradient_sums + offsets_[i], limit, workspace.scratch_.data()};
    if (!layer.backward_parameters(x, dy, sums) && result.bad_layer < 0)
      result.bad_layer = static_cast<int>(i);
    if (times != nullptr) timer.lap(times->backward_parameters[i]);
    if (i == 0) break;
    layer.backward_input(arena_.data() + offsets_[i], x, workspace.activations_[i + 1], dy,
                         layers_[i - 1]->output_is_relu(), workspace.gradients_[i]);
    if (times != nullptr) timer.lap(times->backward_input[i]);
  }
  return result;
}

}  // namespace jetrain
