#pragma once

/// \file
/// Networks on sets of constituents, by their layers or from a file of configs/.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <ostream>
#include <string>

#include "config/config.hpp"
#include "inference/model_input.hpp"

namespace jetrain::test {

/// For parameterized tests.
struct NamedLayers {
  const char* name;
  const char* layers;
};
inline void PrintTo(const NamedLayers& tested, std::ostream* out) {
  *out << tested.name;
}
inline std::string name_of(const testing::TestParamInfo<NamedLayers>& tested) {
  return tested.param.name;
}

/// "dense: {units: 2}, mean_pool, ..." on constituents of so many features.
inline Model model_on_sets(const std::string& layers, std::int64_t features) {
  const Config config =
      parse_config("input: constituents\nmodel:\n  layers: [" + layers + "]\n", "test.yaml", {}, false);
  return {config.model, ModelInput(Shape::set(features)), config.train.loss};
}

/// With the layers behind it that make two scores of a set.
inline Model scores_of_sets(const std::string& layers, std::int64_t features) {
  return model_on_sets(layers + ", mean_pool, dense: {units: 2, activation: softmax}", features);
}

inline Model model_of_file(const std::string& name) {
  const std::string path = TEST_DATA_DIR "/../../configs/" + name;
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return make_model(parse_config(text, path, {}, false));
}

}  // namespace jetrain::test
