#pragma once

/// \file
/// Samples as one byte string, to travel between ranks: how many, their parts one after another, each as its
/// codec packs it, and the labels.

#include <cstddef>
#include <span>
#include <vector>

#include "samples/sample_view.hpp"

namespace jetrain {

/// The byte string's length is a multiple of 16, so that strings can stand one after another.
std::vector<std::byte> pack_samples(std::span<const SampleView> samples);

/// Views into `bytes` (16-byte aligned) of all samples in the strings that stand there one after another.
std::vector<SampleView> unpack_samples(std::span<const std::byte> bytes);

}  // namespace jetrain
