#pragma once

/// \file
/// A network: layers in the order of their computation, their parameters in one arena, and the passes over
/// one leaf.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/aligned_buffer.hpp"
#include "nn/graph.hpp"
#include "nn/leaf_workspace.hpp"
#include "nn/loss.hpp"

namespace jetrain {

inline constexpr std::int64_t kTypicalConstituents = 49;

/// Where one array stands in the arena.
struct ParameterView {
  std::string layer;  ///< Keras-like: conv2d, conv2d_1, ...
  ParameterSpec spec;
  std::int64_t offset = 0;
  std::int64_t sums = 0;  ///< offset in the exact sums
  bool frozen = false;    ///< there are no sums of it
};

/// What one leaf adds to the batch's sums.
struct LeafResult {
  double loss = 0;      ///< sum over samples, with their weights, not scaled
  double correct = 0;   ///< sum of the weights of samples whose predicted class is their label
  double weight = 0;    ///< sum of the weights
  int bad_layer = -1;   ///< the first layer (in backward order) with a gradient out of bounds; -1: none
  float bad_value = 0;  ///< its magnitude, not scaled, perhaps not finite
};

/// Of the way back through a layer, for one sample (of so many constituents, where it is a set).
std::int64_t multiply_adds_backward(const Node& node, std::int64_t constituents);

/// The class that (outputs, lanes) predictions give for one lane: the one with the largest probability, the
/// lowest where some are equal; with one output, 1 where it is above 1/2.
std::int64_t predicted_class(std::int64_t outputs, const float* predictions, std::size_t lane);

class Model {
 public:
  /// Throws UsageError naming the layer and both shapes where layers do not fit.
  /// `freeze`: as build_graph takes it.
  Model(const ModelConfig& config, const ModelInput& input, const LossConfig& loss = {},
        const std::vector<std::string>& freeze = {});

  const ModelInput& input() const noexcept { return input_; }
  std::int64_t outputs() const noexcept { return nodes().back().layer->output().size(); }
  /// The output that is a sample's score: the signal's; of a regression the second, where there is one.
  std::int64_t score_output() const noexcept;
  const Graph& graph() const noexcept { return graph_; }
  const std::vector<Node>& nodes() const noexcept { return graph_.nodes; }
  const Loss& loss() const noexcept { return *loss_; }
  const std::vector<ParameterView>& parameter_views() const noexcept { return views_; }
  /// Trainable ones, then averages.
  std::int64_t parameter_count() const noexcept { return parameter_count_; }
  /// Of the first kind, frozen ones among them.
  std::int64_t trainable_count() const noexcept { return trainable_count_; }
  std::int64_t frozen_count() const noexcept { return frozen_count_; }
  /// Words of the exact sums that forward_backward adds to: one a parameter, and the layers' statistics, but
  /// none of what is frozen.
  std::int64_t sum_count() const noexcept { return summed_count_ + statistics_words_; }
  /// What gradients and losses are multiplied by before they are added exactly: 1, and for networks of sets
  /// 2^-10. Sums over hundreds of constituents, of GeV perhaps, need the range (at 1,024 leaves, 8.4 million
  /// a leaf instead of 8,192), and not the last digits (a leaf's gradient is added in units of 1e-9). A power
  /// of two, so no bit of a gradient is lost by it.
  float gradient_scale() const noexcept { return input_.shape.has_rows() ? 0x1p-10F : 1.0F; }
  /// For one sample; where samples are sets, of so many constituents (a top jet of 550 to 650 GeV has 49 on
  /// the mean).
  std::int64_t multiply_adds_forward(std::int64_t constituents = kTypicalConstituents) const;
  /// Forward, gradient of parameters, gradient of inputs (not of the network's).
  std::int64_t multiply_adds_training(std::int64_t constituents = kTypicalConstituents) const;

  /// To be written to at once: what is kept of the parameters in another form is void then.
  std::span<float> parameters() noexcept {
    is_prepared_ = false;
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  std::span<const float> parameters() const noexcept {
    return {arena_.data(), static_cast<std::size_t>(parameter_count_)};
  }
  /// Makes of the parameters what the passes need of them in another form, if they have changed since. Before
  /// any pass; not while another thread may compute one.
  void prepare() const;
  /// As the initializers of the layers say (config/layers.hpp); a function of the seed alone.
  void initialize(std::uint64_t seed);

  /// The network's layers with shapes and parameter counts, as Keras prints them.
  std::string summary() const;

  /// Fills workspace.predictions() from workspace.input(), as in validation. `losses` (null: not wanted) has
  /// an entry for each sample.
  void forward(LeafWorkspace& workspace, const LeafTargets& targets, double* losses) const;
  /// Forward, loss, backward of one leaf of up to sixteen samples; adds the parameter gradients to the exact
  /// sums, times gradient_scale and `weight_scale` (sum_count: one per parameter; for averages, sums of the
  /// leaves' statistics, not scaled). Lanes beyond the samples must hold zeros and add nothing. `leaf`: key
  /// of its random numbers. `weight_scale`: a power of two that brings samples' weights down to 1, so that a
  /// leaf's gradient has the size that it has without weights, for which `limit` leaves room.
  LeafResult forward_backward(LeafWorkspace& workspace, const LeafTargets& targets, LeafContext leaf,
                              float limit, std::int64_t* gradient_sums, float weight_scale = 1) const;

 private:
  std::string memory_of_sets() const;
  LayerPass pass_of(std::size_t node, const LeafWorkspace& workspace, const LeafContext& leaf) const;
  void forward_layers(LeafWorkspace& workspace, const LeafContext& leaf) const;
  void backward_inputs(std::size_t node, const LayerPass& pass, LeafWorkspace& workspace) const;

  ModelInput input_;
  std::shared_ptr<const Loss> loss_;
  Graph graph_;
  std::vector<ParameterView> views_;
  std::int64_t parameter_count_ = 0;
  std::int64_t trainable_count_ = 0;
  std::int64_t frozen_count_ = 0;  ///< of these
  std::int64_t summed_count_ = 0;  ///< parameters, frozen layers' left out
  std::int64_t statistics_words_ = 0;
  AlignedBuffer<float> arena_;
  mutable AlignedBuffer<float> prepared_;  ///< of the parameters, by node
  mutable bool is_prepared_ = false;
};

}  // namespace jetrain
