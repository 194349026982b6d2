#pragma once

/// \file
/// The settings of `jetrain study`: a family of trainings that differ from the config's own in some keys.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

/// One key and what it may be: `values` (any YAML text), or, for the random family, a range.
struct StudyParameter {
  std::string key;  ///< dotted, as in --set
  std::vector<std::string> values;
  std::vector<double> uniform;         ///< [low, high]
  std::vector<double> log_uniform;     ///< [low, high], both above 0
  std::vector<std::int64_t> integers;  ///< [low, high], both included
  void fields(auto& visit) {
    const auto range = [](const auto& v) {
      return v.empty() || (v.size() == 2 && v[0] < v[1]) ? std::string() : std::string("must be [low, high]");
    };
    visit("key", key, rules::any());
    visit("values", values, rules::any());
    visit("uniform", uniform, range);
    visit("log_uniform", log_uniform, [&](const std::vector<double>& v) {
      return !v.empty() && v[0] <= 0 ? std::string("must be above 0") : range(v);
    });
    visit("integers", integers, range);
  }
};

/// The config as it is: for cross-validation, or for several seeds.
struct SingleFamily {
  static constexpr const char* kName = "single";
};
/// Every combination of the parameters' values.
struct GridFamily {
  static constexpr const char* kName = "grid";
  std::vector<StudyParameter> parameters;
  void fields(auto& visit) { visit("parameters", parameters, rules::any()); }
};
/// So many random draws (Bergstra and Bengio, JMLR 13 (2012) 281).
struct RandomFamily {
  static constexpr const char* kName = "random";
  std::int64_t trials = 20;
  std::vector<StudyParameter> parameters;
  void fields(auto& visit) {
    visit("trials", trials, rules::between(1, 100000));
    visit("parameters", parameters, rules::any());
  }
};
/// Named sets of `key=value` words, as one would give to --set: ablations.
struct StudyVariant {
  std::string name;
  std::vector<std::string> set;
  void fields(auto& visit) {
    visit("name", name, rules::any());
    visit("set", set, rules::any());
  }
};
struct VariantsFamily {
  static constexpr const char* kName = "variants";
  std::vector<StudyVariant> variants;
  void fields(auto& visit) { visit("variants", variants, rules::any()); }
};
/// Training sets of these sizes: random parts of the whole, each within the next.
struct LearningCurveFamily {
  static constexpr const char* kName = "learning_curve";
  std::vector<std::int64_t> training_jets;
  void fields(auto& visit) { visit("training_jets", training_jets, rules::any()); }
};

struct FamilyConfig {
  std::variant<SingleFamily, GridFamily, RandomFamily, VariantsFamily, LearningCurveFamily> kind;
};

struct StudyConfig {
  FamilyConfig family;
  std::int64_t folds = 0;    ///< of a k-fold cross-validation over training and validation jets; 0: none
  std::int64_t repeats = 1;  ///< with seed, seed + 1, ...
  std::int64_t groups = 1;   ///< of ranks, that train at the same time
  Monitor monitor = Monitor::val_loss;
  void fields(auto& visit) {
    visit("family", family, rules::any());
    visit("folds", folds, [](std::int64_t n) {
      return n == 0 || (n >= 2 && n <= 1000) ? std::string()
                                             : std::string("must be 0 (none), or from 2 to 1000");
    });
    visit("repeats", repeats, rules::between(1, 1000));
    visit("groups", groups, rules::between(1, 100000));
    visit("monitor", monitor, rules::any());
  }
};

}  // namespace jetrain
