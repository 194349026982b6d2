#pragma once

#include "config/constituents.hpp"
#include "exchange/onnx_formula.hpp"
#include "nn/graph.hpp"

namespace jetrain {

/// What a network sees of each jet's constituents, by falling pT: (N, P, ...). P is that of the input, at
/// most `constituents.most`, and at least as asked for. Places where there is no constituent stand behind the
/// others; what they hold is finite.
struct OnnxConstituents {
  OnnxTensor present;      ///< (N, P), a truth value
  OnnxTensor features;     ///< (N, P, features), float32 like the following ones
  OnnxTensor momenta;      ///< (N, P, 4: E, px, py, pz), GeV
  OnnxTensor angles;       ///< (N, P, 2: eta, phi), from the axis
  OnnxTensor pt_fraction;  ///< (N, P, 1)
};

/// Adds the inputs `momenta` and `mask`, `columns` (N, P, columns) where a network sees such, and the
/// formulas of jets/constituent_features.hpp; the jet's sum is that over all constituents that come in.
/// `least`: so many places at least, where a layer asks for more than there may be.
OnnxConstituents add_constituents(OnnxGraph& graph, OnnxFormula& formula, const ModelInput& input,
                                  std::int64_t least);

}  // namespace jetrain
