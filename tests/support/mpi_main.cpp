// Runs GoogleTest inside one MPI environment. Under several ranks only rank 0 reports, but a failure on any
// rank fails the run (each rank's exit status counts for mpirun).
#include <gtest/gtest.h>

#include "comm/communicator.hpp"
#include "comm/environment.hpp"

int main(int argc, char** argv) {
  const jetrain::Environment environment(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const jetrain::Communicator world = jetrain::Communicator::world();
  if (!world.is_root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
  }
  const int failed = RUN_ALL_TESTS();
  return world.max(std::int64_t{failed}) == 0 ? 0 : 1;
}
