#include "optim/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "optim/optimizers.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kBlock = 4096;

}  // namespace

void Optimizer::step(double learning_rate, std::span<float> parameters, std::span<const float> gradients) {
  ++steps_;
  begin_step(learning_rate);
  look_at_matrices(gradients);
  std::vector<Block> blocks;
  std::vector<std::size_t> array_of;
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    if (arrays_[a].frozen) continue;
    for (std::int64_t first = arrays_[a].first; first < arrays_[a].last; first += kBlock) {
      const std::int64_t count = std::min(kBlock, arrays_[a].last - first);
      blocks.push_back(
          {first, count, parameters.data() + first, gradients.data() + first, decays(arrays_[a].role)});
      blocks.back().rate_factor = arrays_[a].rate_factor;
      blocks.back().array = &arrays_[a];
      array_of.push_back(a);
    }
  }
  const auto size = std::ssize(blocks);
  if (is_layer_wise()) {
    std::vector<SquaredNorms> of_blocks(blocks.size());
#pragma omp parallel for schedule(static)
    for (std::int64_t b = 0; b < size; ++b)
      of_blocks[static_cast<std::size_t>(b)] = measure(blocks[static_cast<std::size_t>(b)]);
    std::vector<SquaredNorms> of_arrays(arrays_.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) {  // in their order, whoever computed them
      of_arrays[array_of[b]].weights += of_blocks[b].weights;
      of_arrays[array_of[b]].other += of_blocks[b].other;
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const SquaredNorms& norms = of_arrays[array_of[b]];
      blocks[b].ratio = ratio_of(std::sqrt(norms.weights), std::sqrt(norms.other), blocks[b].decays);
    }
  }
  std::set<double> factors;
  for (const Block& block : blocks) factors.insert(block.rate_factor);
  double begun_with = 1;
  for (const double factor : factors) {
    if (factor != begun_with) begin_step(learning_rate * factor);
    begun_with = factor;
#pragma omp parallel for schedule(static)
    for (std::int64_t b = 0; b < size; ++b) {
      Block& block = blocks[static_cast<std::size_t>(b)];
      if (block.rate_factor == factor) update(block);
    }
  }
}

std::vector<std::span<float>> Optimizer::state() {
  std::vector<std::span<float>> arrays;
  for (AlignedBuffer<float>& array : state_) arrays.push_back(array.span());
  return arrays;
}

float* Optimizer::add_state(float start) {
  state_.emplace_back(static_cast<std::size_t>(parameters()));
  std::fill(state_.back().span().begin(), state_.back().span().end(), start);
  return state_.back().data();
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<ParameterArray> arrays) {
  return std::visit([&](const auto& kind) { return make_optimizer_of(kind, std::move(arrays)); },
                    config.kind);
}

double base_learning_rate(const OptimizerConfig& config) {
  return std::visit([](const auto& kind) { return kind.learning_rate; }, config.kind);
}

void set_base_learning_rate(OptimizerConfig& config, double rate) {
  if (auto* muon = std::get_if<MuonConfig>(&config.kind))
    muon->adam.learning_rate *= rate / muon->learning_rate;
  std::visit([&](auto& kind) { kind.learning_rate = rate; }, config.kind);
}

}  // namespace jetrain
