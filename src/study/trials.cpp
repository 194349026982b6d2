#include "study/trials.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "jetrain/error.hpp"
#include "study/halving.hpp"
#include "study/sobol.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kMostTrainings = 100'000;
constexpr std::int64_t kMostTextBytes = std::int64_t{1} << 30;

/// What a member of the family changes.
struct Variant {
  std::string name;
  std::vector<std::string> assignments;
  std::vector<std::string> values;
};

void require_key(const StudyParameter& parameter) {
  if (parameter.key.empty()) throw UsageError("study.family: a parameter has no key");
  if (parameter.key.starts_with("study"))
    throw UsageError(fmt::format("study.family: {} cannot be a parameter of a study", parameter.key));
}

Variant variant_of(const std::vector<StudyParameter>& parameters, std::vector<std::string> values) {
  Variant variant;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    variant.assignments.push_back(parameters[i].key + "=" + values[i]);
  variant.name = fmt::format("{}", fmt::join(variant.assignments, " "));
  variant.values = std::move(values);
  return variant;
}

std::vector<Variant> variants_of(const SingleFamily&, const Config&) {
  return {{"as it is", {}, {}}};
}

std::vector<Variant> variants_of(const GridFamily& grid, const Config&) {
  std::vector<std::vector<std::string>> combinations{{}};
  for (const StudyParameter& parameter : grid.parameters) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& combination : combinations) {
      for (const std::string& value : parameter.values) {
        longer.push_back(combination);
        longer.back().push_back(value);
      }
    }
    combinations = std::move(longer);
  }
  std::vector<Variant> variants;
  for (auto& values : combinations) variants.push_back(variant_of(grid.parameters, std::move(values)));
  return variants;
}

/// What one parameter is in the next draw; `drawn` is a RandomStream, or a SobolPoint.
template <class Draws>
std::string draw(const StudyParameter& parameter, const char* family, Draws& drawn) {
  require_key(parameter);
  const auto between = [&](const std::vector<double>& range) { return drawn.uniform(range[0], range[1]); };
  // Four digits: enough for any hyperparameter, and readable in a table.
  if (!parameter.log_uniform.empty()) {
    const auto& range = parameter.log_uniform;
    return fmt::format("{:.4g}", std::exp(between({std::log(range[0]), std::log(range[1])})));
  }
  if (!parameter.uniform.empty()) return fmt::format("{:.4g}", between(parameter.uniform));
  if (!parameter.integers.empty()) {
    // Without signs, since the ends may be further apart than a number with one can say.
    const auto low = static_cast<std::uint64_t>(parameter.integers[0]);
    const std::uint64_t count = static_cast<std::uint64_t>(parameter.integers[1]) - low + 1;
    if (count == 0)
      throw UsageError(
          fmt::format("study.family.{}: {}: integers cannot be all 2^64", family, parameter.key));
    return fmt::format("{}", static_cast<std::int64_t>(low + drawn.below(count)));
  }
  if (parameter.values.empty()) {
    throw UsageError(fmt::format("study.family.{}: {} needs values, uniform, log_uniform or integers", family,
                                 parameter.key));
  }
  return parameter.values[drawn.below(parameter.values.size())];
}

template <class Draws>
Variant drawn_variant(const std::vector<StudyParameter>& parameters, const char* family, Draws drawn) {
  std::vector<std::string> values;
  for (const StudyParameter& parameter : parameters) values.push_back(draw(parameter, family, drawn));
  return variant_of(parameters, std::move(values));
}

template <class Family>
std::vector<Variant> drawn_variants(const Family& family, std::int64_t count, std::uint64_t seed) {
  if (family.sampling == Sampling::sobol && family.parameters.size() > SobolPoint::kMostDimensions)
    throw UsageError(
        fmt::format("study.family.{}.sampling: sobol has room for {} parameters, and {} are given",
                    Family::kName, SobolPoint::kMostDimensions, family.parameters.size()));
  std::vector<Variant> variants;
  for (std::int64_t trial = 0; trial < count; ++trial) {
    const auto index = static_cast<std::uint64_t>(trial);
    switch (family.sampling) {
      case Sampling::random:
        variants.push_back(
            drawn_variant(family.parameters, Family::kName, RandomStream(seed, Purpose::study, 0, index)));
        break;
      case Sampling::sobol:
        variants.push_back(drawn_variant(family.parameters, Family::kName, SobolPoint(index, seed)));
        break;
    }
  }
  return variants;
}

std::vector<Variant> variants_of(const RandomFamily& random, const Config& config) {
  return drawn_variants(random, random.trials, config.seed);
}

/// Of all brackets, one after another.
std::int64_t draws_of(const HalvingFamily& halving, std::int64_t epochs) {
  std::int64_t count = 0;
  for (const Bracket& bracket : brackets_of(halving, epochs)) count += bracket.rungs.front().variants;
  return count;
}

std::vector<Variant> variants_of(const HalvingFamily& halving, const Config& config) {
  for (const StudyParameter& parameter : halving.parameters) {
    if (parameter.key == "train.epochs")
      throw UsageError("study.family.halving: train.epochs cannot be a parameter: the rungs are made of it");
  }
  std::vector<Variant> variants =
      drawn_variants(halving, draws_of(halving, config.train.epochs), config.seed);
  for (std::size_t i = 0; i < variants.size(); ++i)  // of few values, some may be drawn twice
    variants[i].name = fmt::format("{} {}", i, variants[i].name);
  return variants;
}

std::vector<Variant> variants_of(const VariantsFamily& family, const Config&) {
  std::vector<Variant> variants;
  for (const StudyVariant& variant : family.variants) {
    if (variant.name.empty()) throw UsageError("study.family.variants: a variant has no name");
    for (const std::string& word : variant.set) {
      if (word.starts_with("study"))
        throw UsageError(fmt::format("study.family.variants: {}: a study cannot change itself", word));
    }
    variants.push_back({variant.name, variant.set, {}});
  }
  return variants;
}

std::vector<Variant> variants_of(const LearningCurveFamily& curve, const Config&) {
  std::vector<Variant> variants;
  for (const std::int64_t jets : curve.training_jets) {
    if (jets < 1) throw UsageError(fmt::format("study.family.learning_curve: {} training jets", jets));
    variants.push_back(
        {fmt::format("{} training jets", jets), {fmt::format("data.limit.training_jets={}", jets)}, {}});
  }
  return variants;
}

/// How many variants there will be, with so many epochs; a double, which a grid of any size fits.
double count_of(const SingleFamily&, std::int64_t) {
  return 1;
}
double count_of(const GridFamily& grid, std::int64_t) {
  double count = 1;
  for (const StudyParameter& parameter : grid.parameters) {
    require_key(parameter);
    if (parameter.values.empty())
      throw UsageError(fmt::format("study.family.grid: {} has no values", parameter.key));
    count *= static_cast<double>(parameter.values.size());
  }
  return count;
}
double count_of(const RandomFamily& random, std::int64_t) {
  return static_cast<double>(random.trials);
}
double count_of(const HalvingFamily& halving, std::int64_t epochs) {
  return static_cast<double>(draws_of(halving, epochs));
}
double count_of(const VariantsFamily& family, std::int64_t) {
  return static_cast<double>(family.variants.size());
}
double count_of(const LearningCurveFamily& curve, std::int64_t) {
  return static_cast<double>(curve.training_jets.size());
}

/// The bytes of the longest values that one variant can have.
std::size_t longest_values(const StudyConfig& study) {
  std::size_t bytes = 0;
  const auto add_longest = [&](const std::vector<StudyParameter>& parameters) {
    for (const StudyParameter& parameter : parameters) {
      std::size_t longest = 0;
      for (const std::string& value : parameter.values) longest = std::max(longest, value.size());
      bytes += parameter.key.size() + longest;
    }
  };
  std::visit(
      [&](const auto& family) {
        if constexpr (requires { family.parameters; }) add_longest(family.parameters);
      },
      study.family.kind);
  return bytes;
}

/// Refuses, before any is made, more trainings than a study can have, or than memory would hold: each has a
/// config of its own, as long as `config_bytes`.
void require_countable(const StudyConfig& study, std::int64_t epochs, std::size_t config_bytes) {
  const double variants =
      std::visit([&](const auto& family) { return count_of(family, epochs); }, study.family.kind);
  const double folds = static_cast<double>(std::max<std::int64_t>(1, study.folds));
  const double all = variants * static_cast<double>(study.repeats) * folds;
  const std::string counted = fmt::format("study: {:.6g} trainings ({:.6g} variants x {} repeats x {} folds)",
                                          all, variants, study.repeats, folds);
  if (all > static_cast<double>(kMostTrainings)) {
    throw UsageError(fmt::format(
        "{}, and at most {} are possible: name fewer values, or draw some of them (family: random)", counted,
        kMostTrainings));
  }
  const double bytes = all * static_cast<double>(config_bytes + longest_values(study));
  if (bytes > static_cast<double>(kMostTextBytes)) {
    throw UsageError(
        fmt::format("{}, whose configs are {:.3g} GB, and at most {} GB are possible: name fewer of them, or "
                    "fewer data files",
                    counted, bytes / 1e9, kMostTextBytes >> 30));
  }
}

Config parse_variant(const std::string& text, const Variant& variant) {
  try {
    return parse_config(text, "the study's config", variant.assignments);
  } catch (const UsageError& error) {
    if (variant.assignments.empty()) throw;
    throw UsageError(fmt::format("study.family, variant {}: {}", variant.name, error.what()));
  }
}

}  // namespace

std::vector<std::string> parameter_keys(const StudyConfig& study) {
  std::vector<std::string> keys;
  std::visit(
      [&](const auto& family) {
        if constexpr (requires { family.parameters; }) {
          for (const StudyParameter& parameter : family.parameters) keys.push_back(parameter.key);
        }
      },
      study.family.kind);
  return keys;
}

std::vector<Trial> make_trials(const Config& config) {
  Config plain = config;
  plain.study = {};
  const std::string text = to_yaml(plain);
  require_countable(config.study, config.train.epochs, text.size());
  const std::vector<Variant> variants =
      std::visit([&](const auto& family) { return variants_of(family, config); }, config.study.family.kind);
  if (variants.empty()) throw UsageError("study.family: names no trainings");
  if (config.study.folds > 0 && config.data.split.folds > 0)
    throw UsageError(
        "study.folds: data.split.folds is given, too; keep one of them (study.folds trains on all folds)");
  std::vector<Trial> trials;
  for (std::size_t number = 0; number < variants.size(); ++number) {
    const Variant& variant = variants[number];
    const Config changed = parse_variant(text, variant);
    for (std::int64_t repeat = 0; repeat < config.study.repeats; ++repeat) {
      for (std::int64_t fold = 0; fold < std::max<std::int64_t>(1, config.study.folds); ++fold) {
        Trial trial{variant.name, fmt::format("trial_{:04}", trials.size()), changed, variant.values, number};
        trial.config.seed += static_cast<std::uint64_t>(repeat);
        if (config.study.folds > 0) {
          trial.config.data.split.folds = config.study.folds;
          trial.config.data.split.fold = fold;
        }
        trials.push_back(std::move(trial));
      }
    }
  }
  return trials;
}

}  // namespace jetrain
