#pragma once

/// \file
/// The settings of train.teacher: soft targets that other taggers give.

#include <string>
#include <vector>

#include "config/rules.hpp"

namespace jetrain {

/// Distillation (Hinton, Vinyals and Dean, arXiv:1503.02531): a jet's loss becomes
///     (1 - weight) L(label, p) + weight T^2 KL(q_T || p_T),
/// where p are the network's probabilities, q the teacher's, and the index T says that logits are divided by
/// the temperature. T^2 keeps the size of the second part's gradients whatever T is.
struct TeacherConfig {
  std::string scores;
  std::vector<std::string> model;
  double temperature = 1;
  double weight = 0.5;
  bool operator==(const TeacherConfig&) const = default;
  void fields(auto& visit) {
    visit("scores", scores,
          "file of its probabilities for the training jets, as `jetrain predict` writes it (of an ensemble, "
          "as `metrics --ensemble --out` does); rows count over the files that train");
    visit("model", model, "or its model file (RUN/best.h5); of several, the mean probability");
    visit("temperature", temperature, "above 1: classes that are not the likeliest count for more",
          rules::positive());
    visit("weight", weight, "of the teacher's part; 1: labels do not count", rules::share());
  }
  bool used() const { return !scores.empty() || !model.empty(); }
};

}  // namespace jetrain
