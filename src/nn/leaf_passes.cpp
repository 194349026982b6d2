#include <cassert>

#include "core/stopwatch.hpp"
#include "kernels/activation.hpp"
#include "kernels/exact_sum.hpp"
#include "nn/model.hpp"

namespace jetrain {

std::int64_t predicted_class(std::int64_t outputs, const float* predictions, std::size_t lane) {
  const auto at = [&](std::int64_t k) { return predictions[k * kLanes + static_cast<std::int64_t>(lane)]; };
  if (outputs == 1) return at(0) > 0.5F ? 1 : 0;
  std::int64_t best = 0;
  for (std::int64_t c = 1; c < outputs; ++c) {
    if (at(c) > at(best)) best = c;
  }
  return best;
}

LayerPass Model::pass_of(std::size_t i, const LeafWorkspace& workspace, const LeafContext& leaf) const {
  const Node& node = nodes()[i];
  const LeafWorkspace::LayerBuffers& buffers = workspace.layers_[i];
  return {.leaf = leaf,
          .inputs = buffers.inputs,
          .parameters = arena_.data() + node.parameters,
          .averages = arena_.data() + node.averages,
          .prepared = prepared_.data() + node.prepared,
          .kept = buffers.kept,
          .scratch = buffers.scratch,
          .rectify = node.rectifies,
          .number = i,
          .frozen = node.frozen,
          .goes_back = node.goes_back};
}

void Model::forward_layers(LeafWorkspace& workspace, const LeafContext& leaf) const {
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  for (std::size_t i = 0; i < nodes().size(); ++i) {
    const Node& node = nodes()[i];
    node.layer->forward(pass_of(i, workspace, leaf), workspace.activations_[node.output]);
    if (times != nullptr) timer.lap(times->forward[i]);
  }
}

void Model::forward(LeafWorkspace& workspace, const LeafTargets& targets, double* losses) const {
  assert(is_prepared_ || prepared_.size() == 0);
  LeafContext leaf;
  leaf.samples = targets.samples();
  leaf.sets = &workspace.sets();
  forward_layers(workspace, leaf);
  double unwanted[kLanes];
  loss_->compute(outputs(), workspace.activations_[nodes().back().output].data, targets, false,
                 workspace.predictions_.data(), losses != nullptr ? losses : unwanted, nullptr);
}

void Model::backward_inputs(std::size_t i, const LayerPass& pass, LeafWorkspace& workspace) const {
  const Node& node = nodes()[i];
  if (!node.wants_gradients()) return;
  const std::vector<InputGradient>& gradients = workspace.layers_[i].gradients;
  if (!node.layer->backward_is_one())
    node.layer->backward_inputs(pass, workspace.activations_[node.output], workspace.gradients_[node.output],
                                gradients);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const Edge& edge = node.inputs[k];
    if (edge.mask == Edge::Mask::afterwards) kernels::mask_gradient(pass.inputs[k], gradients[k].dx);
    if (edge.spare != kNoIndex) kernels::accumulate(gradients[k].dx, workspace.gradients_[edge.activation]);
  }
}

LeafResult Model::forward_backward(LeafWorkspace& workspace, const LeafTargets& targets, LeafContext leaf,
                                   float limit, std::int64_t* gradient_sums, float weight_scale) const {
  assert(is_prepared_ || prepared_.size() == 0);
  leaf.training = true;
  leaf.samples = targets.samples();
  leaf.sets = &workspace.sets();
  forward_layers(workspace, leaf);
  LeafTimes* times = workspace.times_;
  LapTimer timer(times != nullptr);
  double losses[kLanes];
  const std::size_t last = nodes().back().output;
  loss_->compute(outputs(), workspace.activations_[last].data, targets, true, workspace.predictions_.data(),
                 losses, workspace.gradients_[last].data);
  const float scale = gradient_scale() * weight_scale;
  if (scale != 1) {
    for (std::int64_t i = 0; i < outputs() * kLanes; ++i) workspace.gradients_[last].data[i] *= scale;
  }
  if (nodes().back().rectifies)
    kernels::mask_gradient(workspace.activations_[last], workspace.gradients_[last]);
  LeafResult result;
  for (std::size_t lane = 0; lane < targets.labels.size(); ++lane) {
    result.loss += losses[lane];
    result.weight += targets.weight(lane);
    if (targets.values != nullptr) continue;
    if (predicted_class(outputs(), workspace.predictions(), lane) == targets.labels[lane])
      result.correct += targets.weight(lane);
  }
  if (times != nullptr) timer.lap(times->loss);

  for (std::size_t i = nodes().size(); i-- > 0;) {
    const Node& node = nodes()[i];
    if (!node.goes_back) continue;
    const LayerPass pass = pass_of(i, workspace, leaf);
    const GradientSums sums = node.frozen
                                  ? GradientSums{}
                                  : GradientSums{gradient_sums + node.sums, gradient_sums + node.average_sums,
                                                 gradient_sums + node.statistics, limit};
    const Planes dy = workspace.gradients_[node.output];
    const bool good = node.layer->backward_is_one()
                          ? node.layer->backward(pass, workspace.activations_[node.output], dy,
                                                 workspace.layers_[i].gradients, sums)
                          : node.frozen || node.layer->backward_parameters(pass, dy, sums);
    if (!good && result.bad_layer < 0) {
      result.bad_layer = static_cast<int>(i);
      result.bad_value = kernels::refused_magnitude() / scale;
    }
    if (times != nullptr) timer.lap(times->backward_parameters[i]);
    backward_inputs(i, pass, workspace);
    if (times != nullptr) timer.lap(times->backward_input[i]);
  }
  return result;
}

}  // namespace jetrain
