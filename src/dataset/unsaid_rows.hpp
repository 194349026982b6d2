#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

/// The keys that `config`, of the file `file` (config.yaml, best.h5), should have and has not, as --set takes
/// them: until 0.1.0, a study told its members' folds and numbers of training jets to nobody, so that their
/// configs and models do not say which jets they were trained on. The study is known by study.yaml, in the
/// folder above. Empty where nothing is amiss.
std::vector<std::string> unsaid_rows(const std::string& file, const Config& config);

}  // namespace jetrain
