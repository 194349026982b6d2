#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "nn/layer.hpp"

namespace jetrain::test {

/// A layer of sets without a network, with parameters of its own.
class LayerByItself {
 public:
  explicit LayerByItself(std::unique_ptr<Layer> layer) : layer_(std::move(layer)) {
    std::int64_t count = 0;
    for (const ParameterSpec& spec : layer_->parameters()) {
      count += spec.size();
      if (spec.trainable()) trainable_ += spec.size();
    }
    parameters_.resize(static_cast<std::size_t>(count));
  }

  const Layer& layer() const { return *layer_; }
  /// Trainable ones, then averages.
  std::span<float> parameters() { return parameters_; }
  std::span<float> averages() { return parameters().subspan(static_cast<std::size_t>(trainable_)); }

  /// `values`: {name: numbers}, of this layer's parameters and no others.
  void set_parameters(const nlohmann::json& values) {
    std::vector<float> all;
    for (const ParameterSpec& spec : layer_->parameters()) {
      const auto numbers = values[spec.name].get<std::vector<float>>();
      ASSERT_EQ(static_cast<std::int64_t>(numbers.size()), spec.size()) << spec.name;
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    ASSERT_EQ(values.size(), layer_->parameters().size());
    parameters_ = std::move(all);
  }

  /// Of a leaf, in memory that holds NaN before.
  void forward(const RowOffsets& sets, std::span<const ConstPlanes> inputs, bool training, Planes y) const {
    const LeafFloats floats = layer_->floats_of(sets);
    AlignedBuffer<float> prepared = filled(layer_->prepared_floats());
    AlignedBuffer<float> kept = filled(floats.kept);
    AlignedBuffer<float> scratch = filled(floats.scratch);
    layer_->prepare(parameters_.data(), prepared.data());
    LayerPass pass{.inputs = inputs,
                   .parameters = parameters_.data(),
                   .averages = parameters_.data() + trainable_,
                   .prepared = prepared.data()};
    pass.kept = kept.data();
    pass.scratch = scratch.data();
    pass.rectify = layer_->needs().can_rectify;
    pass.leaf.training = training;
    pass.leaf.sets = &sets;
    layer_->forward(pass, y);
  }

 private:
  static AlignedBuffer<float> filled(std::int64_t floats) {
    AlignedBuffer<float> memory(static_cast<std::size_t>(floats));
    for (float& value : memory.span()) value = std::numeric_limits<float>::quiet_NaN();
    return memory;
  }

  std::unique_ptr<Layer> layer_;
  std::int64_t trainable_ = 0;
  std::vector<float> parameters_;
};

}  // namespace jetrain::test
