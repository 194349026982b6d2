#pragma once

/// \file
/// How far a study's trainings have come, as their folders say it: a result, or a note of why there is none.

#include <cstdint>
#include <string>
#include <vector>

#include "study/ranking.hpp"
#include "study/trials.hpp"
#include "train/epoch_record.hpp"

namespace jetrain {

/// Epoch by epoch, as far as the training has come.
std::vector<EpochRecord> read_history(const std::string& folder, const Trial& trial);

/// Trained to its end.
bool is_done(const std::string& folder, const Trial& trial);

/// Done, or trained for so many epochs, in a search that pauses after them; 0: all.
bool has_reached(const std::string& folder, const Trial& trial, std::int64_t epochs);

/// Known to fail, and to fail again.
bool has_failed(const std::string& folder, const Trial& trial);

/// Reached, or known not to be.
bool has_ended(const std::string& folder, const Trial& trial, std::int64_t epochs = 0);

/// Leaves a note in the trial's folder, which must not end the study: where files cannot be written, the
/// note cannot be either, and what it says is told at the end.
void note_failure(const std::string& folder, const Trial& trial, TrialStatus status, const std::string& why);

/// What an earlier try left.
void forget_failures(const std::string& folder, const Trial& trial);

}  // namespace jetrain
