#pragma once

/// \file
/// The names of data files before any is opened: patterns become names, and no file stands twice, since its
/// jets would count twice, and might train and validate.

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"

namespace jetrain {

/// `names`, as rank 0 finds them (core/file_names.hpp). Collective.
std::vector<std::string> data_files(const std::vector<std::string>& names, const std::string& what,
                                    const Communicator& comm);

/// The same of all files of a config, so that what is written of it has their names; and refuse_shared_files.
/// Collective.
void complete_files(DataConfig& data, const Communicator& comm);

/// UsageError where two of `files` are one file, also under two names: a link, ./a and a. On one rank.
void refuse_twice(const std::vector<std::string>& files, const std::string& what);

/// The same within and between the sets of a config. Collective.
void refuse_shared_files(const DataConfig& data, const Communicator& comm);

/// A set's rows are counted over all files of a training, from the first on: of others, they would be other
/// rows. UsageError, beginning with `what`, where `files` are not as many as `trained`, or are called the
/// same but stand in another order.
void require_same_files(const std::vector<std::string>& trained, const std::vector<std::string>& files,
                        const std::string& what);

}  // namespace jetrain
