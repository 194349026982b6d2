#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "comm/communicator.hpp"
#include "jetrain/error.hpp"

namespace jetrain::bench {

/// A folder of rank 0 that all ranks use; gone when rank 0 is done with it.
class SharedTemporaryFolder {
 public:
  explicit SharedTemporaryFolder(const Communicator& comm) : is_owner_(comm.is_root()) {
    comm.agree([&] {
      if (!is_owner_) return;
      path_ = (std::filesystem::temp_directory_path() / "jetrain_bench_XXXXXX").string();
      if (mkdtemp(path_.data()) == nullptr) throw DataError(path_ + ": the folder cannot be made");
    });
    path_ = comm.broadcast(path_);
  }
  ~SharedTemporaryFolder() {
    std::error_code ignored;
    if (is_owner_) std::filesystem::remove_all(path_, ignored);
  }
  SharedTemporaryFolder(const SharedTemporaryFolder&) = delete;
  SharedTemporaryFolder& operator=(const SharedTemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  bool is_owner_;
  std::string path_;
};

}  // namespace jetrain::bench
