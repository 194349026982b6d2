#include "command.hpp"

namespace jetrain {

void add_threads(CLI::App* verb, int& threads) {
  verb->add_option("--threads", threads,
                   "OpenMP threads a rank (default: OMP_NUM_THREADS, else this rank's share of the cores)")
      ->check(CLI::Range(1, 4096));
}

void add_overwrite(CLI::App* verb, bool& overwrite) {
  verb->add_flag("--overwrite", overwrite, "replace what is there");
}

}  // namespace jetrain
