// jetrain: the program. Its command line is described in command.hpp; each verb is one file beside this one.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "app/command.hpp"
#include "comm/environment.hpp"
#include "comm/launcher.hpp"
#include "core/crash.hpp"
#include "core/out_of_memory.hpp"
#include "core/printable_text.hpp"
#include "jetrain/error.hpp"

namespace {

using namespace jetrain;

/// Of an unknown verb, CLI11 says only that one is missing.
std::string explain(const CLI::App* app, const CLI::Error& error) {
  std::string what = error.what();
  const std::vector<std::string> unknown = app->remaining(true);
  if (error.get_name() == "RequiredError" && !unknown.empty() && !unknown.front().starts_with('-'))
    what = fmt::format("there is no verb {}", unknown.front());
  return fmt::format("jetrain: {} (jetrain --help, or jetrain VERB --help, lists what there is)\n",
                     printable_line(what));
}

/// All processes have the same words, but only the first speaks.
int refuse(const CLI::App& app, const CLI::ParseError& mistake) {
  if (is_first_process()) app.exit(mistake);
  return static_cast<int>(ExitStatus::usage);
}

/// An error that other ranks may not know of ends the job at once.
[[noreturn]] void speak_and_abort(const std::string& what, ExitStatus status, const Communicator& world) {
  Environment::end_job(fmt::format("rank {}: {}", world.rank(), what), status, world.rank());
}

int run(const Command& command, const Communicator& world) {
  try {
    command.run(world);
    return static_cast<int>(ExitStatus::done);
  } catch (const CollectiveError& error) {
    if (world.is_root()) fmt::print(stderr, "jetrain: {}\n", printable_line(error.what()));
    return static_cast<int>(error.status());
  } catch (const Error& error) {
    speak_and_abort(error.what(), error.status(), world);
  } catch (const std::exception& error) {
    speak_and_abort(message_of(error), ExitStatus::failed, world);
  }
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught();
  CLI::App app(
      "jetrain: data-parallel training of jet taggers on CPU clusters. Every verb runs alone or under "
      "mpirun.",
      "jetrain");
  app.require_subcommand(1);
  app.footer("Example:\n  jetrain train --help");
  app.failure_message(explain);
  app.set_version_flag("--version", "jetrain " JETRAIN_VERSION);
  Command command;
  add_data_verbs(app, command);
  add_training_verbs(app, command);
  add_scaling_verbs(app, command);
  add_model_verbs(app, command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& question) {  // --help, --version
    return is_first_process() ? app.exit(question) : static_cast<int>(ExitStatus::done);
  } catch (const CLI::ParseError& mistake) {
    return refuse(app, mistake);
  }

  if (command.needs_mpi == NeedsMpi::never && !is_first_process()) return static_cast<int>(ExitStatus::done);
  std::optional<Environment> environment;
  if (command.needs_mpi == NeedsMpi::always || (command.needs_mpi == NeedsMpi::if_launched && is_launched()))
    environment.emplace(argc, argv);
  const Communicator world = Communicator::world();
  if (environment) {
    if (const auto why = unknown_launcher(world.size())) {
      if (is_first_process()) fmt::print(stderr, "jetrain: {}\n", printable_line(*why));
      return static_cast<int>(ExitStatus::usage);
    }
  }
  explain_crashes(world.rank());
  return run(command, world);
}
