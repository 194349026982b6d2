#pragma once

/// \file
/// How optimizers are made: one specialisation per kind, each in its own file; optimizer.cpp chooses among
/// them. In the formulas, g is the gradient, w a parameter, t the number of the step, lr the learning rate.

#include "optim/optimizer.hpp"

namespace jetrain {

template <class Config>
std::unique_ptr<Optimizer> make_optimizer_of(const Config& config, std::vector<ParameterArray> arrays);

}  // namespace jetrain
