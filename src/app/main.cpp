// jetrain: the program. Its command line is described in command.hpp; each verb is one file beside this one.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <thread>

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

/// Says what is wrong with the command line. All ranks have the same words, but only rank 0 speaks.
int refuse(const CLI::App& app, const CLI::ParseError& mistake, const Communicator& world) {
  if (world.is_root()) app.exit(mistake);
  return static_cast<int>(ExitStatus::usage);
}

/// An error that other ranks may not know of ends the job at once. Lower ranks speak first, so that where all
/// ranks fail in the same way, only one is heard.
[[noreturn]] void speak_and_abort(const std::string& what, ExitStatus status, const Communicator& world) {
  std::this_thread::sleep_for(std::chrono::milliseconds(200 * std::min(world.rank(), 10)));
  fmt::print(stderr, "jetrain: rank {}: {}\n", world.rank(), printable_line(what));
  std::fflush(nullptr);
  Environment::abort(static_cast<int>(status));
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

  std::optional<CLI::ParseError> mistake;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& question) {  // --help, --version: without MPI, which a login node may not have
    return is_first_process() ? app.exit(question) : static_cast<int>(ExitStatus::done);
  } catch (const CLI::ParseError& error) {
    mistake = error;
  }

  const Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  explain_crashes(world.rank());
  return mistake ? refuse(app, *mistake, world) : run(command, world);
}
