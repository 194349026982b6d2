#include "study/parameter_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/order_statistics.hpp"

namespace jetrain {
namespace {

using Functions = std::vector<std::vector<double>>;

/// Mean 0 and variance 1; all 0 where it is constant.
std::vector<double> standardized(std::vector<double> values) {
  const double center = mean(values);
  double squares = 0;
  for (double& value : values) {
    value -= center;
    squares += value * value;
  }
  const double scale = std::sqrt(squares / static_cast<double>(values.size()));
  for (double& value : values) value = scale > 0 ? value / scale : 0;
  return values;
}

/// The functions of one parameter, one row each.
Functions functions_of(const ParameterColumn& column) {
  if (!column.numbers.empty()) {
    const std::vector<double> linear = standardized(column.numbers);
    std::vector<double> squares = linear;
    for (double& value : squares) value *= value;
    return {linear, standardized(squares)};
  }
  std::map<std::string, std::vector<double>> by_word;
  for (const std::string& text : column.texts) by_word[text];
  Functions functions;
  for (auto& [word, indicator] : by_word) {
    for (const std::string& text : column.texts) indicator.push_back(text == word ? 1 : 0);
    functions.push_back(standardized(indicator));
  }
  return functions;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Solves m x = y for a symmetric positive matrix, by Gauss.
std::vector<double> solved(Functions m, std::vector<double> y) {
  const std::size_t n = y.size();
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = m[i][k] / m[k][k];
      for (std::size_t j = k; j < n; ++j) m[i][j] -= factor * m[k][j];
      y[i] -= factor * y[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) y[k] -= m[k][j] * y[j];
    y[k] /= m[k][k];
  }
  return y;
}

}  // namespace

ParameterFit fit_parameters(std::span<const ParameterColumn> columns, std::span<const double> values) {
  std::vector<Functions> of_columns;
  Functions all;
  for (const ParameterColumn& column : columns) {
    of_columns.push_back(functions_of(column));
    all.insert(all.end(), of_columns.back().begin(), of_columns.back().end());
  }
  if (all.empty() || values.size() <= 2 * all.size()) return {};
  const std::vector<double> wanted = standardized({values.begin(), values.end()});
  const auto count = static_cast<double>(values.size());
  constexpr double kRidge = 0.01;
  Functions matrix;
  std::vector<double> right;
  for (std::size_t i = 0; i < all.size(); ++i) {
    matrix.emplace_back();
    for (const std::vector<double>& other : all) matrix[i].push_back(product(all[i], other));
    matrix[i][i] += kRidge * count;
    right.push_back(product(all[i], wanted));
  }
  const std::vector<double> weights = solved(std::move(matrix), std::move(right));

  ParameterFit fit;
  std::vector<double> rest = wanted;
  auto weight = weights.begin();
  for (const Functions& functions : of_columns) {
    std::vector<double> part(values.size(), 0.0);
    for (const std::vector<double>& function : functions) {
      for (std::size_t i = 0; i < part.size(); ++i) part[i] += *weight * function[i];
      ++weight;
    }
    for (std::size_t i = 0; i < part.size(); ++i) rest[i] -= part[i];
    fit.importance.push_back(product(part, part) / count);
  }
  fit.explained = std::max(0.0, 1 - product(rest, rest) / count);
  return fit;
}

}  // namespace jetrain
