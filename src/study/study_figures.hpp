#pragma once

/// \file
/// The pictures of a study's page.

#include "pictures/figure.hpp"
#include "study/parameter_fit.hpp"
#include "study/study_page.hpp"

namespace jetrain {

/// The monitored value of every training by epoch; those of the best variant stand out.
Figure member_curves(const StudyResults& results);
/// The runs of each variant, their mean, and the deviation of a run.
Figure variant_spread(const StudyResults& results);
/// A line a variant through its parameters, and to what it reached.
Figure parallel_coordinates(const StudyResults& results, const std::vector<ParameterColumn>& columns,
                            const std::vector<double>& values);
/// How much each parameter matters.
Figure importance_bars(const std::vector<ParameterColumn>& columns, const ParameterFit& fit);
/// The error by the number of training jets, with the power law, drawn up to ten times as many.
Figure size_curve(const StudyResults& results);

}  // namespace jetrain
