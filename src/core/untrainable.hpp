#pragma once

#include "jetrain/error.hpp"

namespace jetrain {

/// A training that its config and its data make impossible, on all ranks alike: the same would come again.
/// Other errors (of files, of memory) need not.
class Untrainable : public CollectiveError {
 public:
  explicit Untrainable(const std::string& message) : CollectiveError(message, ExitStatus::failed) {}
};

}  // namespace jetrain
