#pragma once

/// \file
/// The names of what stands in a sample cache, for its writer and its reader. Files, and messages, call it an
/// image cache, and positions pixels, from the time when all samples were images.

#include <fmt/format.h>
#include <xxhash.h>

#include <cstdint>
#include <string>

#include "dataset/selection.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain::sample_cache_file {

inline constexpr const char* kFormat = "jetrain image cache";

/// "/train/counts"
inline std::string path_of(Set set, const char* name) {
  return fmt::format("/{}/{}", set_name(set), name);
}

/// Whether a set's samples have their jets beside what is flat of them; of sets they stand with the
/// constituents.
inline bool has_own_jets(const SampleLayout& layout) {
  return layout.has_jet && !layout.is_set();
}

/// The root's attributes.
struct Header {
  std::string key;
  std::int64_t rows_read = 0;
  std::int64_t rows_skipped = 0;

  std::int64_t checksum() const {
    const std::string text = fmt::format("{} {} {}", key, rows_read, rows_skipped);
    return static_cast<std::int64_t>(XXH3_64bits(text.data(), text.size()));
  }
};

}  // namespace jetrain::sample_cache_file
