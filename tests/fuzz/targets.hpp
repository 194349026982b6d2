#pragma once

/// \file
/// What is fuzzed: each way that bytes come into jetrain from files.

#include <cstddef>
#include <string>
#include <vector>

namespace jetrain::fuzz {

/// What came of an input. A crash, a hang, or another exception than jetrain::Error is a finding of its own.
enum class Outcome { accepted, refused };

struct Target {
  const char* name;
  /// Whether the bytes end in a checksum: then mutants get a new one, so that they reach what is behind it,
  /// and mutants without must all be refused.
  bool sealed;
  /// Valid inputs, made by the library's own writers, or by those of whom it reads.
  std::vector<std::string> (*seeds)();
  Outcome (*try_input)(const std::string& bytes);
};

const std::vector<Target>& targets();
/// Of these: weights from other programs, files of jets of any layout, and small texts (runs, points of
/// scaling studies, studies).
std::vector<Target> exchange_targets();
std::vector<Target> layout_targets();
std::vector<Target> record_targets();
const Target& target_named(const std::string& name);

/// `bytes` without the seal that it may have, and with a fitting one.
std::string resealed(const std::string& bytes);

}  // namespace jetrain::fuzz
