#pragma once

/// \file
/// A training epoch by epoch: history.csv, a line an epoch.

#include <string>
#include <vector>

#include "train/epoch_record.hpp"

namespace jetrain {

/// The file's text.
std::string history_text(const std::vector<EpochRecord>& history);
/// What an epoch adds to it.
std::string history_line(const EpochRecord& record);
/// DataError where `text` (of the file `path`) is not as a training writes it. Columns are read by their
/// names.
std::vector<EpochRecord> parse_history(const std::string& text, const std::string& path);

}  // namespace jetrain
