#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/data.hpp"
#include "config/losses.hpp"

namespace jetrain {

/// What tables and columns call the classes 0, 1, ... of a network that tells so many apart: data.classes; of
/// jets of two classes QCD and top; else class 0, class 1, ...
std::vector<std::string> class_names(const DataConfig& data, std::int64_t classes);

/// data.signal as a class; -1: the last.
std::int64_t signal_class(const DataConfig& data);

/// Whether a loss is of classes; else its targets may be any numbers.
bool tells_classes(const LossConfig& loss);

}  // namespace jetrain
