#pragma once

#include <string>

#include "dataset/sample_loader.hpp"

namespace jetrain {

/// 64 bits, in hexadecimal, that tell whether a set is made of the same samples in the same order; whichever
/// rank holds which. Collective.
std::string fingerprint(const SampleSet& set, const Communicator& comm);

}  // namespace jetrain
