#pragma once

/// \file
/// Sparse images as one byte string, to travel between ranks.

#include <cstddef>
#include <span>
#include <vector>

#include "samples/sparse_image_store.hpp"

namespace jetrain {

/// The byte string's length is a multiple of 16, so that strings can stand one after another.
std::vector<std::byte> pack_images(std::span<const SparseImage> images);

/// Views into `bytes` (16-byte aligned) of all images in the strings that stand there one after another.
std::vector<SparseImage> unpack_images(std::span<const std::byte> bytes);

}  // namespace jetrain
