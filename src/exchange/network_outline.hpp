#pragma once

/// \file
/// A network in Keras' words: its layers with the settings that decide what they compute, and what stands on
/// what. Both a file's model_config and a network of ours become one, to be compared.

#include <cstddef>
#include <string>
#include <vector>

#include "nn/model.hpp"

namespace jetrain {

/// A setting as Keras names it. Of several values that mean the same there, the first is for people.
struct OutlineSetting {
  std::string key;
  std::vector<std::string> values;
};

struct OutlineLayer {
  std::string kind = {};  ///< Keras' class
  std::string name = {};
  std::vector<OutlineSetting> settings = {};  ///< what is not said is not there
  OutlineSetting activation{"activation", {"linear"}};
  std::vector<std::size_t> inputs = {};  ///< layers, too
  std::string group = {};                ///< of the file, which has the weights; Keras' only
  bool nested = false;                   ///< the group is of a whole model
};

/// Each layer stands behind its inputs.
struct Outline {
  std::vector<OutlineLayer> layers;
  std::size_t output = 0;
};

inline constexpr const char* kInputLayer = "InputLayer";
/// An activation that is a layer of its own; see merge_activations.
inline constexpr const char* kActivationLayer = "Activation";

/// What of the network Keras says in its own way.
struct KerasConventions {
  std::string data_format = "channels_last";
  bool gives_logits = false;  ///< the loss takes the last activation on itself, and scores are without
};

/// Of our network; layers that do nothing to scores (dropout, linear) are left out, and layers that Keras
/// does not have stand under our own names.
Outline outline_of(const Model& model, const KerasConventions& conventions);

/// An activation behind a layer that no other uses, and has none, becomes that layer's.
void merge_activations(Outline& outline);

/// 3, 0.001: as float32 has it.
std::string outline_number(double value);

}  // namespace jetrain
