#pragma once

/// \file
/// Sparse images as one byte string, to travel between ranks.

#include <cstddef>
#include <span>
#include <vector>

#include "samples/sample_store.hpp"

namespace jetrain {

/// The byte string's length is a multiple of 16, so that strings can stand one after another.
std::vector<std::byte> pack_samples(std::span<const SampleView> images);

/// Views into `bytes` (16-byte aligned) of all images in the strings that stand there one after another.
std::vector<SampleView> unpack_samples(std::span<const std::byte> bytes);

}  // namespace jetrain
