#include "io/new_file.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>

#include "comm/environment.hpp"
#include "core/input_file.hpp"
#include "io/watched_access.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

/// A rank alone needs no MPI-IO, and is faster without.
Handle create(const std::string& path, const Communicator& comm) {
  initialize();
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT,
                    comm.size() == 1 ? watched_access() : watched_access(comm)),
          H5Fclose};
}

/// Not all layers below own up to what they lost: looks at the signature, and at the length that HDF5 wrote
/// down in the first version of its superblock, which it takes by default.
void check_whole(const std::string& path) {
  constexpr std::size_t kVersion = 8;
  constexpr std::size_t kEndOfFile = 40;
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  std::array<char, 48> start{};
  const InputFile file(path);
  if (file.size() >= std::ssize(start)) file.read(0, std::as_writable_bytes(std::span(start)));
  std::uint64_t end = 0;  // little-endian
  for (std::size_t byte = 8; byte-- > 0;)
    end = end << 8 | static_cast<unsigned char>(start[kEndOfFile + byte]);
  const bool has_length = start[kVersion] == 0;
  if (!std::string_view(start.data(), start.size()).starts_with(kSignature) ||
      (has_length && end != static_cast<std::uint64_t>(file.size())))
    throw DataError(fmt::format("{} was written, but is not whole: its file system lost a part", path));
}

}  // namespace

NewFile::NewFile(const std::string& path, const Communicator& comm)
    : comm_(comm.handle()), pending_(path, comm.is_root()) {
  comm_.agree_while_writing([&] {
    if (comm_.is_root()) pending_.claim();
  });
  comm_.agree_while_writing([&] {
    if (!comm_.is_root()) pending_.join();
  });
  try {
    comm_.agree_while_writing([&] {
      file_ = create(pending_.name(), comm_);
      check_written(file_, "creating " + pending_.name());
    });
  } catch (const CollectiveError& error) {
    // Ranks that have it would for ever wait in closing it for those that have none, at the latest in
    // MPI_Finalize.
    if (comm_.max(std::int64_t{file_ >= 0}) == 1)
      Environment::end_job(error.what(), error.status(), comm_.rank());
    throw;
  }
}

NewFile::~NewFile() {
  if (file_ >= 0 && !comm_.all_come()) file_.release();
}

void NewFile::reserve(std::int64_t bytes) {
  comm_.agree_while_writing([&] {
    if (comm_.is_root()) pending_.reserve(bytes);
  });
}

void NewFile::flush() {
  comm_.agree_while_writing(
      [&] { check_written(H5Fflush(file_, H5F_SCOPE_GLOBAL), "writing " + pending_.name()); });
}

void NewFile::complete() {
  flush();  // each rank syncs what its own node still holds
  comm_.agree_while_writing(
      [&] { check_written(H5Fclose(file_.release()), "writing the end of " + pending_.name()); });
  comm_.agree_while_writing([&] {
    if (comm_.is_root()) pending_.complete([&] { check_whole(pending_.name()); });
  });
}

}  // namespace jetrain::hdf5
