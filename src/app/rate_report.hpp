#pragma once

/// \file
/// What a learning-rate range test found: as a table for the terminal, as CSV and JSON, and as a page.

#include <string>
#include <vector>

#include "config/config.hpp"
#include "pictures/page.hpp"
#include "train/rate_sweep.hpp"

namespace jetrain {

class RateReport {
 public:
  RateReport(const Config& config, const RateSweep& sweep, const RateCurve& curve);

  /// Lines of at most 60 columns, but for what a training that diverged says of it.
  std::string text() const;
  std::string csv() const;
  std::string json() const;
  std::vector<PageSection> sections() const;

 private:
  std::vector<std::string> remarks() const;
  std::string assignment() const;
  Figure figure() const;

  const Config& config_;
  const RateSweep& sweep_;
  const RateCurve& curve_;
  RateSuggestion suggestion_;
  double scaling_;  ///< of the config's learning rate, by train.lr_scaling
};

}  // namespace jetrain
