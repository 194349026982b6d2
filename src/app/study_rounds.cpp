#include "app/study_rounds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "study/trial_state.hpp"

namespace jetrain {

std::string words_of(const Round& round, std::size_t number, std::size_t rounds) {
  if (rounds == 1) return "";
  const bool to_the_end =
      std::all_of(round.epochs.begin(), round.epochs.end(), [](std::int64_t e) { return e == 0; });
  const bool alike = std::all_of(round.epochs.begin(), round.epochs.end(),
                                 [&](std::int64_t e) { return e == round.epochs.front(); });
  const std::string epochs = to_the_end ? "to the last epoch"
                             : alike    ? fmt::format("to epoch {}", round.epochs.front())
                                        : "to each bracket's next rung";
  return fmt::format("round {} of {}, {}: ", number + 1, rounds, epochs);
}

Progress progress_of(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials) {
  Progress at;
  for (std::size_t number = 0; number < rounds_of(config); ++number) {
    at.round = round_of(config, trials, options.output, number);
    at.number = number;
    at.members = std::ssize(at.round.members);
    at.ended = 0;
    for (std::size_t i = 0; i < at.round.members.size(); ++i) {
      const bool last = number + 1 == rounds_of(config);
      const Trial& trial = trials[at.round.members[i]];
      at.ended += has_reached(options.output, trial, at.round.epochs[i]) ||
                          has_failed(options.output, trial) || (last && has_ended(options.output, trial))
                      ? 1
                      : 0;
    }
    if (at.ended < at.members) return at;
  }
  return at;
}

Round common_round(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                   std::size_t number, const Communicator& comm) {
  Round round;
  comm.agree([&] {
    if (comm.is_root()) round = round_of(config, trials, options.output, number);
  });
  comm.broadcast(round.members);
  comm.broadcast(round.epochs);
  return round;
}

std::vector<TrialStatus> known_of(const StudyOptions& options, const std::vector<Trial>& trials,
                                  const Round& round, const Communicator& comm) {
  std::vector<TrialStatus> known;
  comm.agree([&] {
    for (std::size_t i = 0; i < round.members.size() && comm.is_root(); ++i) {
      const Trial& trial = trials[round.members[i]];
      known.push_back(has_reached(options.output, trial, round.epochs[i]) ? TrialStatus::done
                      : has_failed(options.output, trial)                 ? TrialStatus::failed
                                                                          : TrialStatus::not_run);
    }
  });
  comm.broadcast(known);
  return known;
}

bool can_go_on(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
               std::size_t number, const Communicator& comm) {
  std::int64_t can = 0;
  comm.agree([&] {
    if (comm.is_root()) can = progress_of(options, config, trials).number > number ? 1 : 0;
  });
  return comm.max(can) != 0;
}

}  // namespace jetrain
