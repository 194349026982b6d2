#pragma once

/// \file
/// What a study found, as a page: ranking and cost for all families, and the pictures of each.

#include <string>
#include <vector>

#include "pictures/page.hpp"
#include "study/ranking.hpp"
#include "study/trials.hpp"
#include "train/epoch_record.hpp"

namespace jetrain {

/// A study that has ended.
struct StudyResults {
  Config config;
  std::vector<Trial> trials;
  std::vector<TrialOutcome> outcomes;               ///< one a trial
  std::vector<std::vector<EpochRecord>> histories;  ///< likewise; empty: it has none
  std::vector<Ranked> ranking;
};

std::vector<PageSection> page_sections(const StudyResults& results);

/// What a learning curve tells of ten times the jets, as a sentence; "" for other families, and where too
/// little is known.
std::string extrapolation_sentence(const StudyResults& results);

}  // namespace jetrain
