#include "nn/edge_conv.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jetrain {
namespace {

bool projects(const EdgeConvConfig& config, std::int64_t channels) {
  return config.shortcut && config.units.back() != channels;
}

LayerDescription describe(const EdgeConvConfig& config, std::int64_t channels) {
  return EdgeConvDescription{.neighbours = config.neighbours,
                             .products = static_cast<std::int64_t>(config.units.size()),
                             .by_angles = config.distance == EdgeDistance::angles,
                             .of_maximum = config.pool == EdgePool::max,
                             .adds_input = config.shortcut && !projects(config, channels),
                             .adds_product = projects(config, channels),
                             .epsilon = static_cast<float>(config.epsilon)};
}

ParameterSpec named_kernel(const EdgeConvConfig& config, const std::string& name, std::int64_t inputs,
                           std::int64_t outputs) {
  ParameterSpec spec = kernel_of(config, {inputs, outputs}, inputs, outputs);
  spec.name = name;
  return spec;
}

}  // namespace

EdgeConv::EdgeConv(const EdgeConvConfig& config, const std::vector<Shape>& inputs)
    : Layer(describe(config, require_set(inputs.front(), config.kName).channels), inputs,
            Shape::set(config.units.back())),
      config_(config),
      channels_(inputs.front().size()) {
  for (std::size_t l = 0; l < config.units.size(); ++l) {
    const std::string suffix = l == 0 ? "" : fmt::format("_{}", l);
    const std::int64_t before = l == 0 ? 2 * channels_ : config.units[l - 1];
    ParameterSpec kernel = named_kernel(config, "kernel" + suffix, before, config.units[l]);
    if (l == 0) {
      first_product_.emplace(sizes_, std::move(kernel));
    } else {
      products_.emplace_back(sizes_, std::move(kernel));
    }
    norms_.emplace_back(sizes_, "", suffix, config.units[l], config.momentum, config.epsilon);
  }
  if (!projects(config, channels_)) return;
  shortcut_product_.emplace(sizes_, named_kernel(config, "shortcut_kernel", channels_, outputs()));
  shortcut_norm_.emplace(sizes_, "shortcut_", "", outputs(), config.momentum, config.epsilon);
}

std::int64_t EdgeConv::multiply_adds(std::int64_t n) const {
  std::int64_t of_edge = 0;
  for (const RowProductPart& product : products_) of_edge += product.multiply_adds();
  std::int64_t of_row = first_product_->multiply_adds();
  if (shortcut_product_) of_row += shortcut_product_->multiply_adds();
  return n * (of_row + std::clamp<std::int64_t>(n - 1, 0, config_.neighbours) * of_edge);
}

std::int64_t EdgeConv::input_multiply_adds(std::int64_t n) const {
  return n * (first_product_->multiply_adds() + (shortcut_product_ ? shortcut_product_->multiply_adds() : 0));
}

void EdgeConv::prepare(const float* parameters, float* prepared) const {
  first_product_->prepare(parameters, prepared);
  for (const RowProductPart& product : products_) product.prepare(parameters, prepared);
  if (shortcut_product_) shortcut_product_->prepare(parameters, prepared);
}

void EdgeConv::update_averages(const std::int64_t* words, float* averages, bool anew) const {
  for (const RowLinePart& norm : norms_) norm.update_averages(words, averages, anew);
  if (shortcut_norm_) shortcut_norm_->update_averages(words, averages, anew);
}

std::int64_t EdgeConv::block_edges() const {
  return std::max(kPartRows, config_.neighbours);
}

/// The gradient behind a unit takes the place of what comes next, if it is not wider. What a maximum is taken
/// of must stay: the edges of a row may belong to two blocks.
bool EdgeConv::has_edges_place(std::size_t unit) const {
  if (unit == last_unit() && unit > 0) return false;  // it is made anew from the rows' wherever it is needed
  const std::size_t next = std::min(unit + 1, last_unit());
  const bool is_wider = padded_channels(norms_[unit].channels()) > padded_channels(norms_[next].channels());
  return is_wider || (of_maximum() && next == last_unit());
}

EdgeConv::Kept::Kept(const EdgeConv& layer, const RowOffsets& sets, FloatPieces& memory) {
  const std::int64_t edge_count = sets.edges(layer.config_.neighbours);
  static_assert(sizeof(float) == sizeof(std::int32_t));
  edges = reinterpret_cast<std::int32_t*>(memory.take(edge_words(sets.rows(), edge_count)));
  u = memory.take_rows(sets.rows(), layer.norms_.front().channels());
  v = memory.take_rows(sets.rows(), layer.norms_.front().channels());
  for (const RowLinePart& norm : layer.norms_) norms.emplace_back(norm.channels(), memory);
  if (layer.shortcut_norm_) {
    shortcut_norm.emplace(layer.outputs(), memory);
    shortcut = memory.take_rows(sets.rows(), layer.outputs());
  }
  for (std::size_t l = 0; l < layer.norms_.size(); ++l) {
    const bool is_stored = l > 0 || layer.last_unit() == 0;
    y.push_back(memory.take_rows(is_stored ? edge_count : 0, layer.norms_[l].channels()));
  }
}

EdgeConv::Scratch::Scratch(const EdgeConv& layer, const RowOffsets& sets, FloatPieces& memory) {
  std::int64_t widest = 0;
  for (const RowLinePart& norm : layer.norms_) widest = std::max(widest, norm.channels());
  for (float*& block : blocks) block = memory.take(layer.block_edges() * padded_channels(widest));
  moments = memory.take(kernels::row_moments_floats(widest));
  back = memory.take(kernels::row_line_back_floats(widest));
  gradients = memory.take(layer.sizes_.gradients);
  temporary = memory.take(layer.sizes_.temporary);
  du = memory.take_rows(sets.rows(), layer.norms_.front().channels());
  dv = memory.take_rows(sets.rows(), layer.norms_.front().channels());
  const std::int64_t edge_count = sets.edges(layer.config_.neighbours);
  for (std::size_t l = 0; l < layer.norms_.size(); ++l) {
    dh.push_back(memory.take_rows(layer.has_edges_place(l) ? edge_count : 0, layer.norms_[l].channels()));
  }
}

LeafFloats EdgeConv::floats_of(const RowOffsets& sets) const {
  return LeafMemory<Kept, Scratch>(*this, sets).floats();
}

template <>
std::unique_ptr<Layer> make_layer_on(const EdgeConvConfig& config, const std::vector<Shape>& inputs) {
  return std::make_unique<EdgeConv>(config, inputs);
}

}  // namespace jetrain
