#pragma once

namespace jetrain {

/// What an array of parameters is for, whatever its name in files: optimizers and averages go by it.
enum class ParameterRole {
  kernel,   ///< multiplies what comes in
  bias,     ///< is added to products
  scale,    ///< of a normalisation (gamma)
  shift,    ///< of a normalisation (beta)
  token,    ///< stands in for a sample's part (a class token)
  average,  ///< a statistic of the training set or of its batches; no optimizer touches it
};

/// False for what gradients do not reach.
constexpr bool is_trainable(ParameterRole role) {
  return role != ParameterRole::average;
}

/// True where weight decay pulls towards zero, and layer-wise rules (LARS) set the rate: kernels alone.
constexpr bool decays(ParameterRole role) {
  switch (role) {
    case ParameterRole::kernel:
      return true;
    case ParameterRole::bias:
    case ParameterRole::scale:
    case ParameterRole::shift:
    case ParameterRole::token:
    case ParameterRole::average:
      return false;
  }
  return false;
}

}  // namespace jetrain
