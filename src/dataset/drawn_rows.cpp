#include "dataset/drawn_rows.hpp"

#include <fmt/format.h>

#include "core/permutation.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

// Two draws of one seed. Studies have drawn so since before configs could: their weights hang on it.
constexpr std::uint32_t kFolds = 1;
constexpr std::uint32_t kTrainingJets = 2;

}  // namespace

std::vector<bool> drawn_to_validate(std::int64_t jets, const Config& config) {
  const SplitConfig& split = config.data.split;
  std::vector<bool> validates(static_cast<std::size_t>(jets));
  if (split.fold == kNoFold) return validates;
  const auto order = random_permutation(jets, config.split_seed(), Purpose::study, kFolds);
  for (std::size_t i = 0; i < order.size(); ++i)
    validates[i] = std::int64_t{order[i]} * split.folds / jets == split.fold;
  return validates;
}

std::vector<bool> drawn_to_train(std::int64_t jets, const Config& config) {
  const std::int64_t wanted = config.data.limit.training_jets;
  if (wanted > jets) {
    throw CollectiveError(
        fmt::format("data.limit.training_jets: {} training jets are asked for, but there {} {}", wanted,
                    jets == 1 ? "is" : "are", jets),
        ExitStatus::usage);
  }
  const auto order = random_permutation(jets, config.split_seed(), Purpose::study, kTrainingJets);
  std::vector<bool> trains;
  trains.reserve(order.size());
  for (const std::uint32_t place : order) trains.push_back(place < wanted);
  return trains;
}

}  // namespace jetrain
