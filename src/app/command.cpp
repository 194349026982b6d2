#include "app/command.hpp"

#include <map>

namespace jetrain {

void add_threads(CLI::App* verb, int& threads) {
  verb->add_option("--threads", threads,
                   "OpenMP threads a rank (default: OMP_NUM_THREADS, else this rank's share of the cores)")
      ->check(CLI::Range(1, 4096));
}

void add_overwrite(CLI::App* verb, bool& overwrite) {
  verb->add_flag("--overwrite", overwrite, "replace what is there");
}

void add_log_level(CLI::App* verb, LogLevel& level) {
  const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::debug},
                                                  {"info", LogLevel::info},
                                                  {"warning", LogLevel::warning},
                                                  {"error", LogLevel::error}};
  CLI::Option* words =
      verb->add_option_function<std::string>(
              "--log-level", [levels, &level](const std::string& word) { level = levels.at(word); },
              "what to print: debug, info (the default), warning or error")
          ->check(CLI::IsMember(levels).description(""))
          ->type_name("LEVEL");
  verb->add_flag_callback(
          "--quiet", [&level] { level = LogLevel::warning; }, "print warnings and errors only")
      ->excludes(words);
}

}  // namespace jetrain
