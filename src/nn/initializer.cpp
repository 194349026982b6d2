#include "nn/initializer.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace jetrain {
namespace {

/// Draws each value; a kind that needs no random numbers does not use the stream.
struct Draw {
  const ParameterSpec& spec;
  RandomStream& stream;

  double fan_in() const { return static_cast<double>(spec.fan_in); }
  double fan_mean() const { return static_cast<double>(spec.fan_in + spec.fan_out) / 2; }
  double uniform(double variance) const {
    const double limit = std::sqrt(3.0 * variance);
    return stream.uniform(-limit, limit);
  }
  /// Cut at two deviations, and widened so that the variance is the wanted one, as in Keras.
  double cut_normal(double variance) const {
    constexpr double kDeviationOfCut = 0.87962566103423978;
    double value = stream.normal();
    while (std::abs(value) > 2) value = stream.normal();
    return value * std::sqrt(variance) / kDeviationOfCut;
  }

  double operator()(const DefaultInitializer&) const { return uniform(1.0 / fan_mean()); }
  double operator()(const AutoInitializer&) const { return uniform(1.0 / fan_mean()); }
  double operator()(const ZerosInitializer&) const { return 0; }
  double operator()(const ConstantInitializer& c) const { return c.value; }
  double operator()(const NormalInitializer& c) const { return c.mean + c.stddev * stream.normal(); }
  double operator()(const GlorotUniformInitializer&) const { return uniform(1.0 / fan_mean()); }
  double operator()(const GlorotNormalInitializer&) const { return cut_normal(1.0 / fan_mean()); }
  double operator()(const HeUniformInitializer&) const { return uniform(2.0 / fan_in()); }
  double operator()(const HeNormalInitializer&) const { return cut_normal(2.0 / fan_in()); }
  double operator()(const LecunUniformInitializer&) const { return uniform(1.0 / fan_in()); }
  double operator()(const LecunNormalInitializer&) const { return cut_normal(1.0 / fan_in()); }
};

}  // namespace

void initialize(const ParameterSpec& spec, std::uint64_t seed, std::uint64_t index, std::span<float> values) {
  RandomStream stream(seed, Purpose::initial_weights, 0, index);
  const Draw draw{spec, stream};
  for (float& value : values) value = static_cast<float>(std::visit(draw, spec.initializer.kind));
}

}  // namespace jetrain
