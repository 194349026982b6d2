#include <cmath>
#include <stdexcept>

#include "nn/losses.hpp"

namespace jetrain {
namespace {

/// The mean over the outputs of value(y - t), whose derivative is slope(y - t).
template <class Value, class Slope>
class MeanError final : public Loss {
 public:
  MeanError(Value value, Slope slope) : value_(value), slope_(slope) {}
  LayerActivation activation() const override { return LayerActivation::linear; }

 private:
  void unweighted(std::int64_t outputs, const float* z, const LeafTargets& targets, float* predictions,
                  double* losses, float* dz) const override {
    const double share = 1.0 / static_cast<double>(outputs);
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      const bool padding = lane >= targets.samples();
      double sum = 0;
      for (std::int64_t o = 0; o < outputs; ++o) {
        const std::int64_t at = o * kLanes + lane;
        const double error = padding ? 0.0 : static_cast<double>(z[at]) - targets.wanted(outputs, o, lane);
        sum += value_(error);
        predictions[at] = z[at];
        if (dz != nullptr) dz[at] = static_cast<float>(slope_(error) * share);
      }
      if (!padding) losses[lane] = sum * share;
    }
  }
  void teach(std::int64_t, const float*, const LeafTargets&, double*, float*) const override {
    throw std::logic_error("a teacher's probabilities are no values to regress on");
  }

  Value value_;
  Slope slope_;
};

}  // namespace

template <>
std::unique_ptr<Loss> make_loss_of(const MeanSquaredErrorConfig&) {
  const auto square = [](double error) { return error * error; };
  const auto slope = [](double error) { return 2 * error; };
  return std::make_unique<MeanError<decltype(square), decltype(slope)>>(square, slope);
}

template <>
std::unique_ptr<Loss> make_loss_of(const MeanAbsoluteErrorConfig&) {
  const auto size = [](double error) { return std::abs(error); };
  const auto sign = [](double error) { return error > 0 ? 1.0 : error < 0 ? -1.0 : 0.0; };
  return std::make_unique<MeanError<decltype(size), decltype(sign)>>(size, sign);
}

}  // namespace jetrain
