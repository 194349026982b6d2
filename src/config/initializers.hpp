#pragma once

/// \file
/// How kernels start, and what is added to the loss for them. fan_in and fan_out: products that an output
/// sums, and outputs that an input reaches.

#include <string>
#include <variant>

#include "config/rules.hpp"

namespace jetrain {

struct DefaultInitializer {
  static constexpr const char* kName = "default";
  static constexpr const char* kMeaning = "what model.initializer says";
};
struct AutoInitializer {
  static constexpr const char* kName = "auto";
  static constexpr const char* kMeaning =
      "he_uniform before relu, leaky_relu, elu and gelu, else glorot_uniform (Keras always takes the latter, "
      "and so "
      "do the tutorial's configs)";
};
struct ZerosInitializer {
  static constexpr const char* kName = "zeros";
  static constexpr const char* kMeaning = "all 0";
};
struct ConstantInitializer {
  static constexpr const char* kName = "constant";
  static constexpr const char* kMeaning = "one value";
  double value = 0;
  void fields(auto& visit) { visit("value", value, "which"); }
};
struct NormalInitializer {
  static constexpr const char* kName = "normal";
  static constexpr const char* kMeaning = "normally distributed";
  double mean = 0;
  double stddev = 0.05;
  void fields(auto& visit) {
    visit("mean", mean, "middle");
    visit("stddev", stddev, "standard deviation", rules::at_least(0));
  }
};
struct GlorotUniformInitializer {
  static constexpr const char* kName = "glorot_uniform";
  static constexpr const char* kMeaning =
      "uniform, variance 2 / (fan_in + fan_out) (Glorot and Bengio, AISTATS 2010)";
};
struct GlorotNormalInitializer {
  static constexpr const char* kName = "glorot_normal";
  static constexpr const char* kMeaning = "the same variance, normal, cut at two deviations, as in Keras";
};
struct HeUniformInitializer {
  static constexpr const char* kName = "he_uniform";
  static constexpr const char* kMeaning = "uniform, variance 2 / fan_in (He et al., ICCV 2015)";
};
struct HeNormalInitializer {
  static constexpr const char* kName = "he_normal";
  static constexpr const char* kMeaning = "the same variance, normal, cut at two deviations";
};
struct LecunUniformInitializer {
  static constexpr const char* kName = "lecun_uniform";
  static constexpr const char* kMeaning =
      "uniform, variance 1 / fan_in (LeCun et al., \"Efficient backprop\", 1998)";
};
struct LecunNormalInitializer {
  static constexpr const char* kName = "lecun_normal";
  static constexpr const char* kMeaning = "the same variance, normal, cut at two deviations";
};

struct InitializerConfig {
  static constexpr const char* kGroup = "Initializers";
  std::variant<AutoInitializer, DefaultInitializer, ZerosInitializer, ConstantInitializer, NormalInitializer,
               GlorotUniformInitializer, GlorotNormalInitializer, HeUniformInitializer, HeNormalInitializer,
               LecunUniformInitializer, LecunNormalInitializer>
      kind;
};

/// l1 sum |w| + l2 sum w^2 over the kernel (both: elastic net, Zou and Hastie 2005).
struct RegularizerConfig {
  double l1 = 0;
  double l2 = 0;
  void fields(auto& visit) {
    visit("l1", l1, "adds l1 times the sum of abs(w) to what is minimised (not to the losses that are shown)",
          rules::at_least(0));
    visit("l2", l2, "adds l2 times the sum of w^2", rules::at_least(0));
  }
};

}  // namespace jetrain
