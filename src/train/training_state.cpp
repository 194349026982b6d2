#include "train/training_state.hpp"

#include "core/record_bytes.hpp"

namespace jetrain {

void broadcast(TrainingState& state, const Communicator& comm) {
  std::vector<std::byte> bytes;
  if (comm.is_root()) bytes = bytes_of(state);
  comm.broadcast(bytes);
  if (!comm.is_root()) read_bytes(bytes, state);
}

}  // namespace jetrain
