#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "comm/communicator.hpp"
#include "core/input_file.hpp"

namespace jetrain {

/// Bytes `offset`, `offset` + 1, ... of a file, as many as there is room for; ReadError.
using ReadBytes = std::function<void(std::int64_t offset, std::span<std::byte> bytes)>;

/// The same of `file`, which each rank of `comm` has open: rank 0 reads, and hands bytes or failure to the
/// others, so that a thousand ranks do not ask the file system for the same. Collective; ReadError on all.
void read_shared(const InputFile& file, const Communicator& comm, std::int64_t offset,
                 std::span<std::byte> bytes);

}  // namespace jetrain
