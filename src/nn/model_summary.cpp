#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/model.hpp"

namespace jetrain {

namespace {

constexpr std::size_t kNameWidth = 27;

}  // namespace

std::string Model::memory_of_sets() const {
  constexpr std::int64_t kAllOfTheTable = 200;
  const std::int64_t most = input_.constituents.most > 0 ? input_.constituents.most : kAllOfTheTable;
  const auto megabytes = [&](std::int64_t constituents) {
    RowOffsets sets;
    for (std::size_t i = 0; i < sets.begins.size(); ++i)
      sets.begins[i] = static_cast<std::int64_t>(i) * constituents;
    return static_cast<double>(training_bytes(graph_, sets)) / 1e6;
  };
  return fmt::format(
      "\nMemory a worker trains 16 jets in: {:.1f} MB of {} constituents each, {:.1f} MB of {}",
      megabytes(kTypicalConstituents), kTypicalConstituents, megabytes(most), most);
}

std::string Model::summary() const {
  const std::string line(66, '-');
  std::string text = fmt::format("{:<28}{:<24}{:>14}\n{}\n", "Layer", "Output shape", "Parameters", line);
  const auto row = [&](const std::string& name, const std::string& shape, std::int64_t parameters,
                       bool frozen = false) {
    text +=
        fmt::format("{:<{}} {:<24}{:>14}{}\n", name, kNameWidth, shape, parameters, frozen ? "  frozen" : "");
  };
  for (const Activation& activation : graph_.activations)
    if (activation.producer == kNoIndex && activation.shape.size() > 0 && activation.used)
      row(activation.name, activation.shape.text(), 0);
  std::size_t above = 0;
  for (const Node& node : nodes()) {
    // Where a layer does not simply stand on the one above it, its inputs are named.
    std::vector<std::string> from;
    for (const Edge& edge : node.inputs) from.push_back(graph_.activations[edge.activation].name);
    const bool simple = node.inputs.size() == 1 && node.inputs.front().activation == above;
    const std::string inputs = simple ? "" : fmt::format(" ({})", fmt::join(from, ", "));
    const bool fits = node.name.size() + inputs.size() <= kNameWidth;
    row(fits ? node.name + inputs : node.name, node.layer->output().text(), node.parameter_count(),
        node.frozen);
    if (!fits && !simple) text += fmt::format(" {}\n", inputs);
    above = node.output;
  }
  if (loss_->activation() != LayerActivation::linear)
    row(word_of(loss_->activation()).text, nodes().back().layer->output().text(), 0);
  text += fmt::format("{}\nParameters: {} ({:.1f} MB)", line, parameter_count_,
                      static_cast<double>(parameter_count_) * sizeof(float) / 1e6);
  const std::int64_t trained = trainable_count_ - frozen_count_;
  if (trained < parameter_count_) text += fmt::format(", {} of them trainable", trained);
  if (input_.shape.has_rows()) text += memory_of_sets();
  const std::string of_how_many =
      input_.shape.has_rows() ? fmt::format(" of {} constituents", kTypicalConstituents) : "";
  text += fmt::format("\nMultiply-adds a jet{}: {} forward, {} in a training step\n", of_how_many,
                      multiply_adds_forward(), multiply_adds_training());
  return text;
}

}  // namespace jetrain
