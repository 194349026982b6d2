#include <fmt/format.h>

#include <cmath>

#include "exchange/onnx_rows.hpp"
#include "exchange/onnx_sets.hpp"

namespace jetrain {
namespace {

/// Of momenta (N, P, 4) in float64 what pairs look at, number by number: once as a column, (N, P, 1), of the
/// first of two constituents, and once as a row, (N, 1, P), of the second.
struct Particles {
  explicit Particles(const OnnxTensor& momenta, std::int64_t new_axis) {
    const auto number = [&](std::int64_t i) { return with_axis(at(momenta, i, 2), new_axis); };
    e = number(0);
    px = number(1);
    py = number(2);
    pz = number(3);
    const OnnxTensor size = square_root(px * px + py * py);
    pt = larger_of(size, 1e-8);
    const OnnxTensor has_azimuth = size > 0;
    cosine = where(has_azimuth, px / pt, 1);
    sine = where(has_azimuth, py / pt, 0);
    rapidity = logarithm(larger_of(e + pz, 1e-8) / larger_of(e - pz, 1e-8)) * 0.5;
    mass2 = e * e - px * px - py * py - pz * pz;
  }
  OnnxTensor e, px, py, pz, pt, cosine, sine, rapidity, mass2;
};

OnnxTensor bounded_logarithm(const OnnxTensor& x) {
  return logarithm(larger_of(x, 1e-8));
}

/// row_kernels/pair_features.hpp: (N, P, P, 4).
OnnxTensor pair_features(const OnnxTensor& momenta) {
  const Particles a(momenta, 2);
  const Particles b(momenta, 1);
  const OnnxTensor phi =
      angle_of(a.sine * b.cosine - a.cosine * b.sine, a.cosine * b.cosine + a.sine * b.sine);
  const OnnxTensor rapidity = a.rapidity - b.rapidity;
  const OnnxTensor distance = square_root(rapidity * rapidity + phi * phi);
  const OnnxTensor low = smaller_of(a.pt, b.pt);
  const OnnxTensor product = a.e * b.e - a.px * b.px - a.py * b.py - a.pz * b.pz;
  std::vector<OnnxTensor> features{bounded_logarithm(low * distance), bounded_logarithm(low / (a.pt + b.pt)),
                                   bounded_logarithm(distance),
                                   bounded_logarithm(a.mass2 + b.mass2 + product * 2)};
  for (OnnxTensor& feature : features) feature = with_axis(feature, 3);
  return cast(joined(features, 3), OnnxType::float32);
}

/// (N, P, C) to (N, heads, P, C / heads).
OnnxTensor in_heads(const OnnxTensor& x, std::int64_t heads, std::int64_t channels) {
  return transposed(reshaped(x, {0, 0, heads, channels / heads}), {0, 2, 1, 3});
}

/// From queries, keys and values (N, Q or P, C), to (N, Q, C). `bias`: null, or (N, P, P, heads). `present`:
/// of keys, (N, P).
OnnxTensor attend(const OnnxTensor& q, const OnnxTensor& k, const OnnxTensor& v, std::int64_t heads,
                  std::int64_t channels, const OnnxTensor* bias, const OnnxTensor& present) {
  constexpr double kNever = -1e30;
  const std::int64_t size = channels / heads;
  const double root = std::sqrt(static_cast<double>(size));
  const OnnxTensor keys = transposed(reshaped(k, {0, 0, heads, size}), {0, 2, 3, 1});
  OnnxTensor logits = matrix_product(in_heads(q, heads, channels) * (1 / root), keys);
  if (bias != nullptr) logits = logits + transposed(*bias, {0, 3, 1, 2});
  const OnnxTensor key = with_axis(with_axis(present, 1), 1);
  const OnnxTensor weights =
      q.formula->apply("Softmax", {where(key, logits, kNever)}, {{"axis", std::int64_t{-1}}});
  const OnnxTensor of_heads = matrix_product(weights, in_heads(v, heads, channels));
  return reshaped(transposed(of_heads, {0, 2, 1, 3}), {0, 0, channels});
}

/// What both kinds of attention have. Scales and norms that a layer goes without have no parameters.
struct Block {
  const OnnxLayer& layer;
  OnnxFormula& formula;
  std::int64_t heads;
  float epsilon;

  std::int64_t channels() const { return layer.node().layer->inputs().front().size(); }
  OnnxTensor normed(const PartName& part, const OnnxTensor& x) const {
    return layer.has(part.of("gamma")) ? layer_norm_of(layer, part, epsilon, x) : x;
  }
  /// The i-th of products that stand side by side, each with as many outputs as there are channels.
  OnnxTensor part_of_product(const PartName& part, const OnnxTensor& x, std::int64_t i) const {
    return product_of(layer, part, x, i * channels(), (i + 1) * channels());
  }
  OnnxTensor projected(OnnxTensor attended) const {
    if (layer.has("head_scale"))
      attended = attended * repeated(layer, formula, "head_scale", channels() / heads);
    return normed({"norm_attention_"}, product_of(layer, {"projection_"}, attended));
  }
  /// The second half.
  OnnxTensor fed(const OnnxTensor& middle) const {
    const OnnxTensor hidden = gelu_of(product_of(layer, {"up_"}, normed({"norm_middle_"}, middle)));
    const OnnxTensor y = product_of(layer, {"down_"}, normed({"norm_hidden_"}, hidden));
    if (!layer.has("residual_scale")) return middle + y;
    return middle * repeated(layer, formula, "residual_scale", 1) + y;
  }
};

}  // namespace

std::string pairs_of_sets(const OnnxLayer& layer, float epsilon) {
  OnnxFormula formula(layer.graph(), layer.node().name);
  const OnnxTensor momenta = cast(formula.tensor(layer.inputs().front()), OnnxType::float64);
  OnnxTensor z = line_of(layer, {"norm_0_"}, epsilon, pair_features(momenta));
  for (int l = 1; layer.has(fmt::format("dense_{}_kernel", l)); ++l) {
    const OnnxTensor y = product_of(layer, {fmt::format("dense_{}_", l)}, z);
    z = gelu_of(line_of(layer, {fmt::format("norm_{}_", l)}, epsilon, y));
  }
  return finished(layer, where(with_axis(are_two(momenta), 2), z, 0));  // one and itself are no pair
}

/// nn/attention.cpp has the equations.
std::string attention_of_sets(const OnnxLayer& layer, const AttentionDescription& kind) {
  OnnxFormula formula(layer.graph(), layer.node().name);
  const Block block{layer, formula, kind.heads, kind.epsilon};
  const OnnxTensor x = formula.tensor(layer.inputs().front());
  const OnnxTensor bias = formula.tensor(layer.inputs().back());
  const OnnxTensor present = formula.tensor(layer.sets().present.name, OnnxType::boolean);
  const OnnxTensor in = block.normed({"norm_input_"}, x);
  const auto part = [&](std::int64_t i) { return block.part_of_product({"qkv_"}, in, i); };
  const OnnxTensor attended = attend(part(0), part(1), part(2), kind.heads, block.channels(),
                                     layer.inputs().size() > 1 ? &bias : nullptr, present);
  return finished(layer, block.fed(x + block.projected(attended)));
}

/// nn/class_attention.cpp has the equations. The token, (N, 1, channels), stands in front of the others.
std::string class_attention_of_sets(const OnnxLayer& layer, const ClassAttentionDescription& kind) {
  OnnxFormula formula(layer.graph(), layer.node().name);
  const Block block{layer, formula, kind.heads, kind.epsilon};
  const OnnxTensor x = formula.tensor(layer.inputs().front());
  const OnnxTensor jets = size_of(x, 0);
  const auto for_each_jet = [&](const OnnxTensor& one, const std::vector<std::int64_t>& shape) {
    return formula.apply("Expand", {one, joined({jets, formula.integers(shape)}, 0)});
  };
  const OnnxTensor token = layer.inputs().size() > 1
                               ? with_axis(formula.tensor(layer.inputs()[1]), 1)
                               : for_each_jet(repeated(layer, formula, "token", 1), {1, block.channels()});
  const OnnxTensor places =
      cast(formula.tensor(layer.sets().present.name, OnnxType::boolean), OnnxType::float32);
  const OnnxTensor present = joined({for_each_jet(formula.number(1, OnnxType::float32), {1}), places}, 1) > 0;
  const OnnxTensor in = block.normed({"norm_input_"}, joined({token, x}, 1));
  const auto part = [&](std::int64_t i) { return block.part_of_product({"key_value_"}, in, i); };
  const OnnxTensor attended = attend(product_of(layer, {"query_"}, token), part(0), part(1), kind.heads,
                                     block.channels(), nullptr, present);
  return finished(layer, without_axis(block.fed(token + block.projected(attended)), 1));
}

}  // namespace jetrain
