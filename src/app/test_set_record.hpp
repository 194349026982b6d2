#pragma once

/// \file
/// A test set is for one look, at the end: whoever looks again, and chooses by what is seen, has a second
/// validation set. So each look is recorded beside the model, in RUN/test_set_used.txt.

#include <string>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

/// Whether these rows are the test set of the model's config.
bool is_test_set(const Config& config, const std::vector<std::string>& files, Set split);

/// Records a look and returns what the user should know of earlier ones ("" at the first). On one rank. Where
/// the record cannot be written, that is what the user is told.
std::string record_test_set_use(const std::string& model_path, const std::vector<std::string>& files,
                                double accuracy, double auc);

}  // namespace jetrain
