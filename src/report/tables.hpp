#pragma once

/// \file
/// The tables of a report, as HTML. Runs are columns, but for the table of taggers.

#include <string>

#include "report/figures.hpp"

namespace jetrain {

std::string results_table(const ReportedRuns& runs);
/// The keys of the configs that differ, with the values of all runs; of a single run, a sentence.
std::string differences_table(const ReportedRuns& runs);
/// Of each run that began with other weights: its parents, one after the other; "" where none did.
std::string start_tables(const ReportedRuns& runs);
/// Layers, shapes, parameters: once for all runs that share a network.
std::string network_tables(const ReportedRuns& runs);
/// Metrics of the scored jets, a row for each run and each of the others.
std::string tagging_table(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);
/// Of taggers of more than two classes: each class's figures, and who is called what.
std::string class_tables(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);
/// A paragraph where not all runs are scored on the same jets; "" where they are.
std::string different_jets_note(const ReportedRuns& runs);
/// What became of the jets of each of two classes, cut at 0.5.
std::string confusion_tables(const ReportedRuns& runs);
/// Ranks, threads, rates, memory, seconds.
std::string resources_table(const ReportedRuns& runs);
/// The whole config of each run, folded away.
std::string config_texts(const ReportedRuns& runs);
/// Why scores are missing, a paragraph a run.
std::string missing_notes(const ReportedRuns& runs);

}  // namespace jetrain
