#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/record.hpp"

namespace jetrain {

/// What taught a network beside the labels (train.teacher), and how good that is on the training jets.
struct TeacherRecord {
  std::vector<std::string> files;           ///< of scores, or of models
  std::vector<std::string> weights_hashes;  ///< of the models
  std::int64_t jets = 0;
  double accuracy = 0;
  double auc = 0;
  double rejection_30 = 0;  ///< as in Metrics
  double rejection_50 = 0;

  bool empty() const { return files.empty(); }

  template <class Self, class Visitor>
  static void fields(Self& t, Visitor& visit) {
    visit("files", t.files);
    visit("weights_hashes", t.weights_hashes);
    visit("jets", t.jets);
    visit("accuracy", t.accuracy);
    visit("auc", t.auc);
    visit("rejection_30", t.rejection_30);
    visit("rejection_50", t.rejection_50);
  }
};

}  // namespace jetrain
