#pragma once

/// \file
/// A study's results as numbers: what its pictures and tables show.

#include <vector>

#include "study/parameter_fit.hpp"
#include "study/power_law.hpp"
#include "study/study_page.hpp"

namespace jetrain {

/// The monitored values of a variant's trainings that have one.
struct VariantRuns {
  std::size_t variant = 0;
  std::string name;
  std::vector<std::size_t> trials;  ///< that have a result
  std::vector<double> values;       ///< of these
};
/// In the study's order.
std::vector<VariantRuns> runs_by_variant(const StudyResults& results);

/// The parameters of a search, and each variant's value at the same number of epochs, the largest that all
/// have.
struct SearchValues {
  std::vector<ParameterColumn> columns;
  std::vector<double> values;
  std::int64_t epochs = 0;  ///< 0: all of each
};
/// Of the variants that have results; without columns where the family has no parameters.
SearchValues search_values(const StudyResults& results);

/// A monitored value as an error that falls to 0, and back.
double error_of(Monitor monitor, double value);
double value_of_error(Monitor monitor, double error);
/// Of each size of a learning curve.
std::vector<SizedError> errors_by_size(const StudyResults& results);

/// The mean difference of a variant's runs to those of the first variant with the same seed and fold, and its
/// uncertainty; NaN where there are none, or one.
struct PairedDifference {
  double mean = 0;
  double error = 0;
};
PairedDifference difference_to_first(const StudyResults& results, const VariantRuns& runs,
                                     const VariantRuns& first);

}  // namespace jetrain
