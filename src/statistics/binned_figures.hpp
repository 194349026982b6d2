#pragma once

/// \file
/// How good a tagger is in bins of a quantity of the jets, pT say: its figures in each bin, and the share of
/// the background that passes where one threshold, the same in all bins, keeps a given share of the signal. A
/// tagger whose rejection hangs on mass or pT shows it there.

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/figures.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {

/// A share and its standard deviation, sqrt(e (1 - e) / n), where n is (sum of w)^2 / sum of w^2.
struct Efficiency {
  double value = 0;  ///< NaN where there are no such jets
  double error = 0;
};

struct BinFigures {
  double low = 0;
  double high = 0;
  std::int64_t jets = 0;
  MeasuredFigures figures;  ///< as measure_figures, or of more than two classes measure_class_figures
  Efficiency signal;        ///< that passes the threshold
  Efficiency background;    ///< of more than two classes, of all jets that are not the signal
};

struct BinnedFigures {
  double threshold = 0;  ///< of the signal's score; NaN where a class is missing
  std::vector<BinFigures> bins;
  std::int64_t outside = 0;  ///< jets in no bin, which count nowhere
};

/// `values`: each jet's; `borders` rise; a bin has its lower border, the last one both. The threshold keeps
/// `signal_efficiency` of the signal in all bins together.
BinnedFigures measure_bins(const ScoredJets& scored, std::span<const float> values,
                           const std::vector<double>& borders, double signal_efficiency,
                           const FigureOptions& options);

}  // namespace jetrain
