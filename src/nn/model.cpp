#include "nn/model.hpp"

#include <fmt/format.h>

#include "core/checked_cast.hpp"
#include "core/out_of_memory.hpp"
#include "jetrain/error.hpp"
#include "nn/initializer.hpp"
#include "nn/layer_activation.hpp"

namespace jetrain {
namespace {

/// Whether the network ends in this activation, as a layer's own or as a layer by itself.
bool ends_in(LayerActivation activation, const ModelConfig& config) {
  if (config.layers.empty()) return false;
  const LayerKinds& last = config.layers.back().kind;
  return std::visit(
      [&](const auto& layer) {
        if constexpr (requires { layer.activation; }) return layer.activation == activation;
        return last.index() == layer_of_activation(activation).kind.index();
      },
      last);
}

/// Whether outputs of this activation share out one whole, so that there are at least two.
bool shares_out(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::softmax:
      return true;
    case LayerActivation::linear:
    case LayerActivation::relu:
    case LayerActivation::leaky_relu:
    case LayerActivation::elu:
    case LayerActivation::gelu:
    case LayerActivation::tanh:
    case LayerActivation::sigmoid:
      return false;
  }
  return false;
}

void require_activation(const ModelConfig& config, const LossConfig& loss, LayerActivation wanted) {
  if (wanted == LayerActivation::linear || ends_in(wanted, config)) return;
  throw UsageError(fmt::format(
      "model.layers: the last layer must be a {0} (dense: {{units: {1}, activation: {0}}}), since the "
      "loss is {2}",
      wanted, shares_out(wanted) ? 2 : 1,
      std::visit([](const auto& kind) { return kind.kName; }, loss.kind)));
}

void require_outputs(const Shape& output, const Loss& loss, std::int64_t classes) {
  const bool softmax = shares_out(loss.activation());
  const bool fits = classes == 0               ? output.size() > (softmax ? 1 : 0)
                    : output.size() == classes ? true
                                               : output.size() == 1 && !softmax;
  if (output.has_rows())
    throw UsageError(
        fmt::format("model.layers: the last layer gives {} {}, and a score is wanted of each jet: put a pool "
                    "(sum_pool, mean_pool, max_pool) before the last dense layer",
                    output.form_name(), output.text()));
  const bool is_vector = std::holds_alternative<VectorShape>(output.form());
  if (!is_vector || !fits) {
    throw UsageError(
        fmt::format("model.layers: the last layer gives {} but the labels have {} classes: end with "
                    "dense: {{units: {}, activation: softmax}}{}",
                    output.text(), classes == 0 ? 2 : classes, classes == 0 ? 2 : classes,
                    softmax ? "" : ", or one unit"));
  }
  if (!loss.class_weights().empty() &&
      std::ssize(loss.class_weights()) != std::max<std::int64_t>(2, output.size())) {
    throw UsageError(fmt::format("train.loss: class_weights has {} entries for {} classes",
                                 loss.class_weights().size(), std::max<std::int64_t>(2, output.size())));
  }
}

}  // namespace

Model::Model(const ModelConfig& config, const ModelInput& input, const LossConfig& loss,
             const std::vector<std::string>& freeze)
    : input_(input), loss_(make_loss(loss)) {
  require_activation(config, loss, loss_->activation());
  graph_ = build_graph(config, input, loss_->activation(), freeze);
  require_outputs(nodes().back().layer->output(), *loss_, input.classes);
  const auto lay_out = [&](bool trainable, std::int64_t Node::*offset, std::int64_t Node::*sums) {
    for (Node& node : graph_.nodes) {
      node.*offset = parameter_count_;
      node.*sums = summed_count_;
      for (const ParameterSpec& spec : node.layer->parameters()) {
        if (spec.trainable() != trainable) continue;
        views_.push_back({node.name, spec, parameter_count_, summed_count_, node.frozen});
        parameter_count_ += spec.size();
        if (!node.frozen) summed_count_ += spec.size();
      }
    }
  };
  lay_out(true, &Node::parameters, &Node::sums);
  trainable_count_ = parameter_count_;
  frozen_count_ = parameter_count_ - summed_count_;
  lay_out(false, &Node::averages, &Node::average_sums);
  std::int64_t prepared = 0;
  for (Node& node : graph_.nodes) {
    node.statistics = summed_count_ + statistics_words_;
    if (!node.frozen) statistics_words_ += node.layer->statistics_words();
    node.prepared = prepared;
    prepared += ceil_divide(node.layer->prepared_floats(), kLanes) * kLanes;
  }
  memory_for("the network's weights", [&] {
    arena_ = AlignedBuffer<float>(static_cast<std::size_t>(parameter_count_));
    prepared_ = AlignedBuffer<float>(static_cast<std::size_t>(prepared));
  });
}

std::int64_t Model::multiply_adds_forward(std::int64_t constituents) const {
  std::int64_t sum = 0;
  for (const Node& node : nodes()) sum += node.layer->multiply_adds(constituents);
  return sum;
}

std::int64_t Model::multiply_adds_training(std::int64_t constituents) const {
  std::int64_t sum = multiply_adds_forward(constituents);
  for (const Node& node : nodes()) sum += multiply_adds_backward(node, constituents);
  return sum;
}

std::int64_t multiply_adds_backward(const Node& node, std::int64_t constituents) {
  if (!node.goes_back) return 0;
  const std::int64_t forward = node.layer->multiply_adds(constituents);
  const std::int64_t of_parameters = node.frozen && !node.layer->backward_is_one() ? 0 : forward;
  const std::int64_t left_out = node.wants_gradients() ? 0 : node.layer->input_multiply_adds(constituents);
  return of_parameters + forward - left_out;
}

std::int64_t Model::score_output() const noexcept {
  if (outputs() == 1) return 0;
  if (input_.targets > 0) return 1;
  return input_.signal < 0 ? outputs() - 1 : input_.signal;
}

void Model::prepare() const {
  constexpr std::size_t kManyWeights = 200'000;  // not to wake a team for less
  if (is_prepared_) return;
#pragma omp parallel for schedule(dynamic, 1) if (prepared_.size() > kManyWeights)
  for (const Node& node : nodes()) {
    if (node.layer->prepared_floats() > 0)
      node.layer->prepare(arena_.data() + node.parameters, prepared_.data() + node.prepared);
  }
  is_prepared_ = true;
}

void Model::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const ParameterView& view = views_[i];
    jetrain::initialize(view.spec, seed, i,
                        parameters().subspan(static_cast<std::size_t>(view.offset),
                                             static_cast<std::size_t>(view.spec.size())));
  }
}

}  // namespace jetrain
