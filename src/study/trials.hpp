#pragma once

/// \file
/// The trainings of a study.

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

/// One training.
struct Trial {
  std::string name;       ///< of its variant; trials of one name differ in fold and seed only
  std::string directory;  ///< inside the study's: "trial_0007"
  Config config;
  std::vector<std::string> values;  ///< of the study's parameters, in their order
  std::size_t variant = 0;          ///< its number

  /// Validated in a cross-validation; none: there is none.
  std::optional<std::int64_t> fold() const {
    if (config.data.split.folds == 0) return std::nullopt;
    return config.data.split.fold;
  }
};

/// In the order of the config: variants, then seeds, then folds. A function of the config alone. UsageError
/// where a parameter has no values, or a value cannot be, or where there would be too many.
std::vector<Trial> make_trials(const Config& config);

/// The parameters' keys.
std::vector<std::string> parameter_keys(const StudyConfig& study);

}  // namespace jetrain
