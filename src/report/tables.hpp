#pragma once

/// \file
/// The tables of a report, as HTML. Runs are columns, but for the table of taggers.

#include <string>

#include "report/figures.hpp"

namespace jetrain {

std::string results_table(const ReportedRuns& runs);
/// The keys of the configs that differ, with the values of all runs; of a single run, a sentence.
std::string differences_table(const ReportedRuns& runs);
/// Layers, shapes, parameters: once for all runs that share a network.
std::string network_tables(const ReportedRuns& runs);
/// Metrics of the scored jets, a row for each run and each of the others.
std::string tagging_table(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);
/// What became of the jets of each class, cut at 0.5.
std::string confusion_tables(const ReportedRuns& runs);
/// Ranks, threads, rates, memory, seconds.
std::string resources_table(const ReportedRuns& runs);
/// The whole config of each run, folded away.
std::string config_texts(const ReportedRuns& runs);
/// Why scores are missing, a paragraph a run.
std::string missing_notes(const ReportedRuns& runs);

}  // namespace jetrain
