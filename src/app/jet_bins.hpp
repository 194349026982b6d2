#pragma once

/// \file
/// `jetrain evaluate --bins QUANTITY:BORDER,BORDER,...`: figures in bins of a quantity of the whole jet.

#include <string>
#include <vector>

#include "app/score_files.hpp"
#include "core/record_json.hpp"
#include "pictures/figure.hpp"
#include "statistics/binned_figures.hpp"

namespace jetrain {

struct JetBins {
  HighLevelFeature quantity = HighLevelFeature::pt;  ///< pt, mass (GeV), eta or multiplicity
  std::vector<double> borders;                       ///< rising
};

/// Of the signal, that is kept over all bins.
inline constexpr double kBinsSignalEfficiency = 0.5;

/// "pt:550,600,650"; UsageError.
JetBins parse_bins(const std::string& text);

/// The quantity of each row that `scored` has on rank 0 (empty elsewhere), of the sum over the jet's
/// constituents, read anew from the files. Collective; UsageError (agreed on) where rows hold no jets.
std::vector<float> read_quantity(const StoredModel& stored, const std::vector<std::string>& files, Set set,
                                 const JetBins& bins, const ScoredSlice& scored, const Communicator& comm);

std::string bins_table(const JetBins& bins, const BinnedFigures& measured, bool several_classes);
Json bins_json(const JetBins& bins, const BinnedFigures& measured);
/// Background efficiency, and the signal's, in each bin with errors.
Figure bins_figure(const JetBins& bins, const BinnedFigures& measured, const std::string& signal);

}  // namespace jetrain
