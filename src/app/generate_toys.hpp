#pragma once

#include "app/generate.hpp"

namespace jetrain {

/// `generate --kind line|gaussians`: plain arrays `features` (N, F) float32 and `labels`, (N, 1) float32 for
/// the line, (N) uint8 for the two classes. Rank 0 writes.
void generate_toys(GeneratedKind kind, const GenerateOptions& options, const Communicator& comm);

}  // namespace jetrain
