#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace jetrain {

/// Names by which layers refer to what was computed before them. Every input of a network and every layer's
/// output has one (input, features, conv2d, conv2d_1, ...); an activation may have more.
class ActivationNames {
 public:
  /// UsageError where another activation has this name.
  void add(const std::string& name, std::size_t activation);
  /// The activation of this name; UsageError lists those that there are.
  std::size_t resolve(const std::string& name) const;
  /// conv2d, conv2d_1, conv2d_2, ... for one layer after another of a kind, as Keras names them.
  std::string next_of_kind(const std::string& kind);

 private:
  std::vector<std::pair<std::string, std::size_t>> names_;  ///< in the order of the network
  std::map<std::string, int> of_kind_;
};

}  // namespace jetrain
