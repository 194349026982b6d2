#include "io/shared_read.hpp"

#include <fmt/format.h>

namespace jetrain {

void read_shared(const InputFile& file, const Communicator& comm, std::int64_t offset,
                 std::span<std::byte> bytes) {
  ReadCause cause = 0;
  if (comm.is_root()) cause = read_at(file.descriptor(), offset, bytes);
  comm.broadcast(std::span(&cause, 1));
  if (cause != 0)
    throw ReadError(fmt::format("reading {} failed: {}", file.path(), describe_read_cause(cause)));
  comm.broadcast_bytes(bytes);
}

}  // namespace jetrain
