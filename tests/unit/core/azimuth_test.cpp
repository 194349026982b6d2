#include "core/azimuth.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace jetrain {
namespace {

TEST(Azimuth, IsTheLibrarysAllAround) {
  for (double angle = -3.14159; angle < 3.1416; angle += 0.00071) {
    const double y = 3.7 * std::sin(angle);
    const double x = 3.7 * std::cos(angle);
    ASSERT_NEAR(azimuth(y, x), std::atan2(y, x), 2e-15) << angle;
  }
}

TEST(Azimuth, IsTheLibrarysNearTheAxes) {
  for (double y = 1e-5; y < 1e5; y *= 1.0011) {
    for (const double x : {1.0, -1.0, 0.3, -0.3}) {
      ASSERT_NEAR(azimuth(y, x), std::atan2(y, x), 2e-15) << y << " " << x;
      ASSERT_NEAR(azimuth(-y, x), std::atan2(-y, x), 2e-15) << -y << " " << x;
    }
  }
}

TEST(Azimuth, OfNothingIsZero) {
  EXPECT_EQ(azimuth(0.0, 0.0), 0.0);
}

}  // namespace
}  // namespace jetrain
