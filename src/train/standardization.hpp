#pragma once

/// \file
/// What `standardize` layers subtract and divide by: mean and deviation of each input value over the training
/// set (of sets of constituents: of each feature over all of them), exactly. Every value becomes an integer
/// in a unit that its largest size allows, so that sums over ranks do not depend on their order (twice: for
/// the mean, and for the squared distances from it).

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "dataset/sample_loader.hpp"
#include "nn/model.hpp"

namespace jetrain {

/// Fills the averages of the model's standardize layers, if it has any, but for the layers `known`, which
/// keep those that they have. UsageError (on all ranks) where one
/// stands on jets that are augmented, whose mean changes with the epoch. Collective.
void standardize(const Config& config, Model& model, const SampleSet& train, const Communicator& comm,
                 const std::vector<std::string>& known = {});

}  // namespace jetrain
