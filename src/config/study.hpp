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

/// One key and what it may be: `values` (any YAML text), or, where it is drawn, a range.
struct StudyParameter {
  std::string key;
  std::vector<std::string> values;
  std::vector<double> uniform;
  std::vector<double> log_uniform;
  std::vector<std::int64_t> integers;
  void fields(auto& visit) {
    visit("key", key, "dotted, as in --set");
    visit("values", values, "what it may be");
    visit("uniform", uniform, "or, in `random` and `halving`, drawn from here", rules::interval());
    visit("log_uniform", log_uniform, "or drawn so that its logarithm is uniform",
          rules::Rule{"[low, high], both above 0", [](const std::vector<double>& v) {
                        return !v.empty() && v[0] <= 0 ? std::string("must be above 0")
                                                       : rules::interval().check(v);
                      }});
    visit("integers", integers, "or a whole number from here, both ends included", rules::interval());
  }
};

struct SingleFamily {
  static constexpr const char* kName = "single";
  static constexpr const char* kMeaning = "the config as it is: for cross-validation, or for several seeds";
};
struct GridFamily {
  static constexpr const char* kName = "grid";
  static constexpr const char* kMeaning = "every combination of the parameters' values";
  std::vector<StudyParameter> parameters;
  void fields(auto& visit) { visit("parameters", parameters, "each a key and its values"); }
};
struct RandomFamily {
  static constexpr const char* kName = "random";
  static constexpr const char* kMeaning = "so many draws";
  std::int64_t trials = 20;
  Sampling sampling = Sampling::random;
  std::vector<StudyParameter> parameters;
  void fields(auto& visit) {
    visit("trials", trials, "how many", rules::between(1, 100000));
    visit("sampling", sampling, "how");
    visit("parameters", parameters, "each a key and what it is drawn from");
  }
};
struct HalvingFamily {
  static constexpr const char* kName = "halving";
  static constexpr const char* kMeaning =
      "draws that begin with few epochs, of which the better ones go on: successive halving (Jamieson and "
      "Talwalkar, AISTATS 2016), with several brackets Hyperband (Li et al., JMLR 18 (2018) 185)";
  std::int64_t trials = 27;
  std::int64_t keep_one_in = 3;
  std::int64_t first_epochs = 1;
  std::int64_t brackets = 1;
  Sampling sampling = Sampling::random;
  std::vector<StudyParameter> parameters;
  void fields(auto& visit) {
    visit("trials", trials, "in the first bracket", rules::between(1, 100000));
    visit("keep_one_in", keep_one_in,
          "of a rung goes on to the next one, which has so many times as many epochs, up to train.epochs",
          rules::between(2, 1000));
    visit("first_epochs", first_epochs, "of the first rung", rules::between(1, 1000000));
    visit("brackets", brackets,
          "each begins one rung higher than the one before, with fewer trials, so that what is slow to begin "
          "has its chance; 0: as many as there are rungs",
          rules::between(0, 100));
    visit("sampling", sampling, "how");
    visit("parameters", parameters, "each a key and what it is drawn from");
  }
};
/// As one would give it to --set.
struct StudyVariant {
  std::string name;
  std::vector<std::string> set;
  void fields(auto& visit) {
    visit("name", name, "of the variant, in tables");
    visit("set", set, "key=value words, as for --set");
  }
};
struct VariantsFamily {
  static constexpr const char* kName = "variants";
  static constexpr const char* kMeaning = "named sets of changes: ablations";
  std::vector<StudyVariant> variants;
  void fields(auto& visit) { visit("variants", variants, "each a name and its changes"); }
};
struct LearningCurveFamily {
  static constexpr const char* kName = "learning_curve";
  static constexpr const char* kMeaning = "training sets of several sizes, `data.limit.training_jets`";
  std::vector<std::int64_t> training_jets;
  void fields(auto& visit) { visit("training_jets", training_jets, "the sizes"); }
};

struct FamilyConfig {
  static constexpr const char* kGroup = "Study families";
  std::variant<SingleFamily, GridFamily, RandomFamily, HalvingFamily, VariantsFamily, LearningCurveFamily>
      kind;
};

struct StudyConfig {
  FamilyConfig family;
  std::int64_t folds = 0;
  std::int64_t repeats = 1;
  std::int64_t groups = 1;
  Monitor monitor = Monitor::val_loss;
  void fields(auto& visit) {
    visit("family", family, "which trainings");
    visit(
        "folds", folds,
        "of a cross-validation: each member gets `data.split.folds`, and a `data.split.fold` of its own; 0: "
        "none",
        rules::folds());
    visit("repeats", repeats, "of each, with seed, seed + 1, ...", rules::between(1, 1000));
    visit("groups", groups, "of ranks, that train at the same time", rules::between(1, 100000));
    visit("monitor", monitor, "what the ranking goes by");
  }
};

}  // namespace jetrain
