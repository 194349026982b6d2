#include "nn/model.hpp"

#include <fmt/format.h>

#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"
#include "kernels/activation.hpp"
#include "nn/graph.hpp"
#include "nn/initializer.hpp"

namespace jetrain {
namespace {

/// The name of the network's last activation.
std::string last_activation(const ModelConfig& config) {
  if (config.layers.empty()) return "";
  return std::visit(
      [](const auto& layer) -> std::string {
        if constexpr (requires { layer.activation; }) return word_of(layer.activation).text;
        return std::decay_t<decltype(layer)>::kName;
      },
      config.layers.back().kind);
}

void require_activation(const ModelConfig& config, const Loss& loss) {
  const std::string wanted = loss.activation();
  if (wanted.empty() || last_activation(config) == wanted) return;
  const bool softmax = wanted == "softmax";
  throw UsageError(fmt::format(
      "model.layers: the last layer must be a {0} (dense: {{units: {1}, activation: {0}}}), since the "
      "loss is {2}",
      wanted, softmax ? 2 : 1, softmax ? "cross_entropy" : "binary_cross_entropy"));
}

void require_outputs(const Shape& output, const Loss& loss, std::int64_t classes) {
  const bool softmax = std::string(loss.activation()) == "softmax";
  const bool fits = classes == 0               ? output.size() > (softmax ? 1 : 0)
                    : output.size() == classes ? true
                                               : output.size() == 1 && !softmax;
  if (!output.flat || !fits) {
    throw UsageError(
        fmt::format("model.layers: the last layer gives {} but the labels have {} classes{}: end with "
                    "dense: {{units: {}, activation: softmax}}{}",
                    output.text(), classes == 0 ? 2 : classes, classes == 2 ? " (QCD, top)" : "",
                    classes == 0 ? 2 : classes, softmax ? "" : ", or one unit"));
  }
  if (!loss.class_weights().empty() &&
      std::ssize(loss.class_weights()) != std::max<std::int64_t>(2, output.size())) {
    throw UsageError(fmt::format("train.loss: class_weights has {} entries for {} classes",
                                 loss.class_weights().size(), std::max<std::int64_t>(2, output.size())));
  }
}

}  // namespace

std::int64_t predicted_class(std::int64_t outputs, const float* predictions, std::size_t lane) {
  const auto at = [&](std::int64_t k) { return predictions[k * kLanes + static_cast<std::int64_t>(lane)]; };
  if (outputs == 1) return at(0) > 0.5F ? 1 : 0;
  std::int64_t best = 0;
  for (std::int64_t c = 1; c < outputs; ++c) {
    if (at(c) > at(best)) best = c;
  }
  return best;
}

Model::Model(const ModelConfig& config, const ModelInput& input, const LossConfig& loss)
    : input_(input), loss_(make_loss(loss)) {
  require_activation(config, *loss_);
  Graph graph = build_graph(config, input, loss_->activation());
  nodes_ = std::move(graph.nodes);
  activations_ = std::move(graph.activations);
  require_outputs(nodes_.back().layer->output(), *loss_, input.classes);

  users_.resize(activations_.size());
  last_user_.resize(activations_.size(), Node::kNone);
  producer_.resize(activations_.size(), Node::kNone);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    producer_[nodes_[i].output] = i;
    for (const std::size_t a : {nodes_[i].input, nodes_[i].second}) {
      if (a == Node::kNone) continue;
      ++users_[a];
      last_user_[a] = i;
    }
  }
  const auto lay_out = [&](bool trainable, std::int64_t Node::*offset) {
    for (Node& node : nodes_) {
      node.*offset = parameter_count_;
      for (const ParameterSpec& spec : node.layer->parameters()) {
        if (spec.trainable != trainable) continue;
        views_.push_back({node.name, spec, parameter_count_});
        parameter_count_ += spec.size();
      }
    }
  };
  lay_out(true, &Node::parameters);
  trainable_count_ = parameter_count_;
  lay_out(false, &Node::averages);
  arena_ = AlignedBuffer<float>(static_cast<std::size_t>(parameter_count_));
}

std::int64_t Model::multiply_adds_forward() const {
  std::int64_t sum = 0;
  for (const Node& node : nodes_) sum += node.layer->multiply_adds();
  return sum;
}

std::int64_t Model::multiply_adds_training() const {
  std::int64_t sum = 3 * multiply_adds_forward();
  for (const Node& node : nodes_)
    sum -= producer_[node.input] == Node::kNone ? node.layer->multiply_adds() : 0;
  return sum;
}

void Model::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const ParameterView& view = views_[i];
    jetrain::initialize(view.spec, seed, i,
                        parameters().subspan(static_cast<std::size_t>(view.offset),
                                             static_cast<std::size_t>(view.spec.size())));
  }
}

std::string Model::summary() const {
  const std::string line(66, '-');
  std::string text = fmt::format("{:<28}{:<24}{:>14}\n{}\n", "Layer", "Output shape", "Parameters", line);
  const auto row = [&](const std::string& name, const std::string& shape, std::int64_t parameters) {
    text += fmt::format("{:<28}{:<24}{:>14}\n", name, shape, parameters);
  };
  const auto name_of = [&](std::size_t activation) {
    return activation == 0 ? "input" : activation == 1 ? "features" : nodes_[producer_[activation]].name;
  };
  row("input", input_.shape.text(), 0);
  if (input_.features > 0) row("features", activations_[1].text(), 0);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    std::int64_t count = 0;
    for (const ParameterSpec& spec : node.layer->parameters()) count += spec.size();
    // Where a layer does not simply stand on the one above it, its inputs are named.
    const std::size_t above = i == 0 ? 0 : nodes_[i - 1].output;
    std::string from;
    if (node.second != Node::kNone)
      from = fmt::format(" ({}, {})", name_of(node.input), name_of(node.second));
    else if (node.input != above)
      from = fmt::format(" ({})", name_of(node.input));
    row(node.name + from, node.layer->output().text(), count);
  }
  const std::string last = loss_->activation();
  if (!last.empty()) row(last, nodes_.back().layer->output().text(), 0);
  text += fmt::format("{}\nParameters: {} ({:.1f} MB)", line, parameter_count_,
                      static_cast<double>(parameter_count_) * sizeof(float) / 1e6);
  if (trainable_count_ < parameter_count_) text += fmt::format(", {} of them trainable", trainable_count_);
  text += fmt::format("\nMultiply-adds a jet: {} forward, {} in a training step\n", multiply_adds_forward(),
                      multiply_adds_training());
  return text;
}

LayerPass Model::pass_of(std::size_t i, const LeafWorkspace& workspace, const LeafContext& leaf) const {
  const Node& node = nodes_[i];
  LayerPass pass{leaf, arena_.data() + node.parameters, arena_.data() + node.averages, workspace.kept_[i], {},
                 i};
  if (node.second != Node::kNone) pass.second = workspace.activations_[node.second];
  return pass;
}

void Model::forward_layers(LeafWorkspace& workspace, const LeafContext& leaf) const {
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    node.layer->forward(pass_of(i, workspace, leaf), workspace.activations_[node.input],
                        workspace.activations_[node.output]);
    if (times != nullptr) timer.lap(times->forward[i]);
  }
}

void Model::forward(LeafWorkspace& workspace, const LeafTargets& targets, double* losses) const {
  LeafContext leaf;
  leaf.samples = targets.samples();
  forward_layers(workspace, leaf);
  double unwanted[kLanes];
  loss_->compute(outputs(), workspace.activations_[nodes_.back().output].data, targets, false,
                 workspace.predictions_.data(), losses != nullptr ? losses : unwanted, nullptr);
}

bool Model::is_relu(std::size_t activation) const {
  return producer_[activation] != Node::kNone && nodes_[producer_[activation]].layer->output_is_relu();
}

/// The gradients with respect to a layer's inputs. The first user of an activation on the way back writes its
/// gradient, the others add theirs.
void Model::backward_input(std::size_t i, const LayerPass& pass, LeafWorkspace& workspace) const {
  const Node& node = nodes_[i];
  const Layer& layer = *node.layer;
  const ConstPlanes dy = workspace.gradients_[node.output];
  const auto give = [&](std::size_t activation, bool masks, bool first, auto write) {
    if (producer_[activation] == Node::kNone) return;
    const Planes total = workspace.gradients_[activation];
    const Planes dx = first ? total : workspace.more_gradients_[activation];
    const bool relu = is_relu(activation);
    write(relu && masks, dx);
    if (relu && !masks) kernels::mask_gradient(workspace.activations_[activation], dx);
    if (!first) kernels::accumulate(dx, total);
  };
  give(node.input, layer.masks_while_writing(), last_user_[node.input] == i, [&](bool mask, Planes dx) {
    layer.backward_input(pass, workspace.activations_[node.input], workspace.activations_[node.output], dy,
                         mask, dx);
  });
  if (node.second == Node::kNone) return;
  const bool first = last_user_[node.second] == i && node.second != node.input;
  give(node.second, false, first, [&](bool, Planes dx) { layer.backward_second(pass, dy, dx); });
}

LeafResult Model::forward_backward(LeafWorkspace& workspace, const LeafTargets& targets, LeafContext leaf,
                                   float limit, std::int64_t* gradient_sums) const {
  leaf.training = true;
  leaf.samples = targets.samples();
  forward_layers(workspace, leaf);
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  double losses[kLanes];
  const std::size_t last = nodes_.back().output;
  loss_->compute(outputs(), workspace.activations_[last].data, targets, true, workspace.predictions_.data(),
                 losses, workspace.gradients_[last].data);
  if (is_relu(last)) kernels::mask_gradient(workspace.activations_[last], workspace.gradients_[last]);
  LeafResult result;
  for (std::size_t lane = 0; lane < targets.labels.size(); ++lane) {
    result.loss += losses[lane];
    if (targets.values != nullptr) continue;
    result.correct +=
        predicted_class(outputs(), workspace.predictions(), lane) == targets.labels[lane] ? 1 : 0;
  }
  if (times != nullptr) timer.lap(times->loss);

  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    const LayerPass pass = pass_of(i, workspace, leaf);
    const GradientSums sums{gradient_sums + node.parameters, gradient_sums + node.averages, limit,
                            workspace.scratch_.data()};
    const bool good = node.layer->backward_parameters(pass, workspace.activations_[node.input],
                                                      workspace.gradients_[node.output], sums);
    if (!good && result.bad_layer < 0) result.bad_layer = static_cast<int>(i);
    if (times != nullptr) timer.lap(times->backward_parameters[i]);
    backward_input(i, pass, workspace);
    if (times != nullptr) timer.lap(times->backward_input[i]);
  }
  return result;
}

}  // namespace jetrain
