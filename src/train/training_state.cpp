#include "train/training_state.hpp"

namespace jetrain {

void broadcast(TrainingState& state, const Communicator& comm) {
  comm.broadcast(std::span(&state.progress, 1));
  comm.broadcast(std::span(&state.stopping, 1));
  comm.broadcast(state.history);
  comm.broadcast(std::span(&state.best_epoch, 1));
  comm.broadcast(state.parameters);
  comm.broadcast(state.best_parameters);
  comm.broadcast(std::span(&state.optimizer_steps, 1));
  comm.broadcast(std::span(&state.plateau, 1));
  std::int64_t arrays = std::ssize(state.optimizer);
  comm.broadcast(std::span(&arrays, 1));
  state.optimizer.resize(static_cast<std::size_t>(arrays));
  for (std::vector<float>& array : state.optimizer) comm.broadcast(array);
}

}  // namespace jetrain
