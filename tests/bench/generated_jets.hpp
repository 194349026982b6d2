#pragma once

/// \file
/// Jets for benchmarks, made once per process.

#include <cstdint>
#include <vector>

#include "layouts/reference_table_writer.hpp"
#include "samples/sample_store.hpp"

namespace jetrain::bench {

inline constexpr std::int64_t kGeneratedJets = 4000;

/// Tops and QCD jets in turn, as they stand in a file.
const std::vector<ReferenceRecord>& generated_records();
/// Their images with the notebook's preprocessing.
const SampleStore& generated_images();

}  // namespace jetrain::bench
