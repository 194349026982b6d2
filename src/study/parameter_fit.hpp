#pragma once

/// \file
/// How much each parameter of a search matters: a sum of a quadratic function of each, fitted to the values
/// reached (ridge regression).

#include <span>
#include <string>
#include <vector>

namespace jetrain {

/// One parameter's values, one a variant.
struct ParameterColumn {
  std::string key;
  std::vector<std::string> texts;  ///< as the config has them
  std::vector<double> numbers;  ///< the same, or, drawn by their logarithm, its value; empty: they are words
  bool logarithmic = false;
};

struct ParameterFit {
  std::vector<double> importance;  ///< of each parameter: its function's share of the values' variance
  double explained = 0;            ///< the share that the whole sum explains (R squared)
};

/// `values`: one a variant, all finite. Empty where there are too few of them for the fit: it has two
/// functions a number and one a word, and there must be more than twice as many variants.
ParameterFit fit_parameters(std::span<const ParameterColumn> columns, std::span<const double> values);

}  // namespace jetrain
