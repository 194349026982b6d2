#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "generate.hpp"
#include "jetrain/comm/environment.hpp"
#include "jetrain/core/error.hpp"

int main(int argc, char** argv) {
  const jetrain::Environment environment(argc, argv);
  CLI::App app("jetrain");
  app.require_subcommand(1);
  jetrain::GenerateOptions options;
  auto* verb = app.add_subcommand("generate", "synthetic jets in the reference layout");
  verb->add_option("output", options.output)->required();
  verb->add_option("--jets", options.jets)->required();
  verb->add_option("--seed", options.seed);
  verb->add_option("--compression", options.compression);
  verb->add_option("--threads", options.threads);
  verb->add_flag("--overwrite", options.overwrite);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const jetrain::Communicator world = jetrain::Communicator::world();
  try {
    jetrain::generate(options, world);
  } catch (const jetrain::CollectiveError& error) {
    if (world.is_root()) fmt::print(stderr, "jetrain: {}\n", error.what());
    return static_cast<int>(error.status());
  } catch (const std::exception& error) {
    fmt::print(stderr, "jetrain: {}\n", error.what());
    jetrain::Environment::abort(1);
  }
  return 0;
}
