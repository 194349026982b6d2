#pragma once

#include <cstdint>
#include <string>

#include "comm/communicator.hpp"
#include "core/word.hpp"
#include "jetrain/generator.hpp"

namespace jetrain {

enum class GeneratedKind : std::uint8_t { jets, line, gaussians };
constexpr Word word_of(GeneratedKind kind) {
  switch (kind) {
    case GeneratedKind::jets:
      return {"jets"};
    case GeneratedKind::line:
      return {"line", "y = 3 x + 1, noise 0.1"};
    case GeneratedKind::gaussians:
      return {"gaussians", "two classes around (-1, -1) and (1, 1)"};
  }
  return {};
}

/// The words of the command line; generate() says what is wrong with them.
struct GenerateOptions {
  std::string output;
  std::string kind = "jets";  ///< jets, line or gaussians
  std::int64_t jets = 0;      ///< or rows of the others
  std::uint64_t seed = 1;
  GeneratorSettings settings;         ///< of jets; their pT is that of `pt`
  std::string pt;                     ///< LOW:HIGH in GeV; "": as in the reference dataset
  std::string compression = "blosc";  ///< blosc, gzip or none
  bool overwrite = false;
  int threads = 0;  ///< of each rank; 0 leaves it to OMP_NUM_THREADS
};

/// `jetrain generate`: writes synthetic data; jets in the reference layout, half tops, half QCD, in random
/// blocks of ten of one class. What the file holds is a function of (jets, seed, settings) alone. Collective.
void generate(const GenerateOptions& options, const Communicator& comm);

}  // namespace jetrain
