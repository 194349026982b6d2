#include "generator/toys.hpp"

#include "core/random.hpp"

namespace jetrain {

LinePoint line_point(std::uint64_t seed, std::int64_t row) {
  RandomStream stream(seed, Purpose::generate_toy, 0, static_cast<std::uint64_t>(row));
  const double x = stream.uniform(-1, 1);
  return {static_cast<float>(x), static_cast<float>(3 * x + 1 + 0.1 * stream.normal())};
}

GaussianPoint gaussian_point(std::uint64_t seed, std::int64_t row) {
  RandomStream stream(seed, Purpose::generate_toy, 1, static_cast<std::uint64_t>(row));
  GaussianPoint point;
  point.label = static_cast<std::uint8_t>(row % 2);
  const double centre = point.label == 1 ? 1.0 : -1.0;
  for (float& x : point.x) x = static_cast<float>(centre + stream.normal());
  return point;
}

}  // namespace jetrain
