#pragma once

/// \file
/// How losses are made: one specialisation per kind, each in its own file; loss.cpp chooses among them.

#include "nn/loss.hpp"

namespace jetrain {

template <class Config>
std::unique_ptr<Loss> make_loss_of(const Config& config);

}  // namespace jetrain
