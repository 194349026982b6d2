#include "study/trials.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/random.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// What a member of the family changes.
struct Variant {
  std::string name;
  std::vector<std::string> assignments;
  std::vector<std::string> values;
  std::int64_t training_jets = 0;
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

std::vector<Variant> variants_of(const SingleFamily&, std::uint64_t) {
  return {{"as it is", {}, {}, 0}};
}

std::vector<Variant> variants_of(const GridFamily& grid, std::uint64_t) {
  std::vector<std::vector<std::string>> combinations{{}};
  for (const StudyParameter& parameter : grid.parameters) {
    require_key(parameter);
    if (parameter.values.empty())
      throw UsageError(fmt::format("study.family.grid: {} has no values", parameter.key));
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

std::string draw(const StudyParameter& parameter, RandomStream& stream) {
  require_key(parameter);
  const auto between = [&](const std::vector<double>& range) { return stream.uniform(range[0], range[1]); };
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
      throw UsageError(fmt::format("study.family.random: {}: integers cannot be all 2^64", parameter.key));
    return fmt::format("{}", static_cast<std::int64_t>(low + stream.below(count)));
  }
  if (parameter.values.empty()) {
    throw UsageError(
        fmt::format("study.family.random: {} needs values, uniform, log_uniform or integers", parameter.key));
  }
  return parameter.values[stream.below(parameter.values.size())];
}

std::vector<Variant> variants_of(const RandomFamily& random, std::uint64_t seed) {
  std::vector<Variant> variants;
  for (std::int64_t trial = 0; trial < random.trials; ++trial) {
    RandomStream stream(seed, Purpose::study, 0, static_cast<std::uint64_t>(trial));
    std::vector<std::string> values;
    for (const StudyParameter& parameter : random.parameters) values.push_back(draw(parameter, stream));
    variants.push_back(variant_of(random.parameters, std::move(values)));
  }
  return variants;
}

std::vector<Variant> variants_of(const VariantsFamily& family, std::uint64_t) {
  std::vector<Variant> variants;
  for (const StudyVariant& variant : family.variants) {
    if (variant.name.empty()) throw UsageError("study.family.variants: a variant has no name");
    for (const std::string& word : variant.set) {
      if (word.starts_with("study"))
        throw UsageError(fmt::format("study.family.variants: {}: a study cannot change itself", word));
    }
    variants.push_back({variant.name, variant.set, {}, 0});
  }
  return variants;
}

std::vector<Variant> variants_of(const LearningCurveFamily& curve, std::uint64_t) {
  std::vector<Variant> variants;
  for (const std::int64_t jets : curve.training_jets) {
    if (jets < 1) throw UsageError(fmt::format("study.family.learning_curve: {} training jets", jets));
    variants.push_back({fmt::format("{} training jets", jets), {}, {}, jets});
  }
  return variants;
}

}  // namespace

std::vector<std::string> parameter_keys(const StudyConfig& study) {
  std::vector<std::string> keys;
  const auto collect = [&](const std::vector<StudyParameter>& parameters) {
    for (const StudyParameter& parameter : parameters) keys.push_back(parameter.key);
  };
  if (const auto* grid = std::get_if<GridFamily>(&study.family.kind)) collect(grid->parameters);
  if (const auto* random = std::get_if<RandomFamily>(&study.family.kind)) collect(random->parameters);
  return keys;
}

std::vector<Trial> make_trials(const Config& config) {
  Config plain = config;
  plain.study = {};
  const std::string text = to_yaml(plain);
  const std::vector<Variant> variants = std::visit(
      [&](const auto& family) { return variants_of(family, config.seed); }, config.study.family.kind);
  if (variants.empty()) throw UsageError("study.family: names no trainings");
  std::vector<Trial> trials;
  for (const Variant& variant : variants) {
    const Config changed = parse_config(text, "the study's config", variant.assignments);
    for (std::int64_t repeat = 0; repeat < config.study.repeats; ++repeat) {
      for (std::int64_t fold = 0; fold < std::max<std::int64_t>(1, config.study.folds); ++fold) {
        Trial trial{variant.name,   fmt::format("trial_{:04}", trials.size()), changed,
                    variant.values, config.study.folds > 0 ? fold : -1,        variant.training_jets};
        trial.config.seed += static_cast<std::uint64_t>(repeat);
        trials.push_back(std::move(trial));
      }
    }
  }
  return trials;
}

}  // namespace jetrain
