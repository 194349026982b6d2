#include "train/training_state.hpp"

#include <gtest/gtest.h>

#include "core/record_numbers.hpp"

namespace jetrain {
namespace {

TEST(TrainingState, OfRank0IsOnAllRanksAfterwards) {
  const Communicator world = Communicator::world();
  TrainingState state;
  if (world.is_root()) {
    state.progress = {2, 3, 4.5, 5, 6.5};
    state.stopping = {{7.5, 8, false}, {{8.5, 9, false}, {}}};
    state.history = {{9, 10.5, 11.5, {12, 13.5, 14.5, 15.5, 16.5, 17.5}, 18.5, 19.5, 20.5}, {}};
    state.best_epoch = 21;
    state.parameters = {22.5F, 23.5F};
    state.best_parameters = {24.5F, 25.5F};
    state.optimizer_steps = 26;
    state.plateau = {27.5, 28, 29.5};
    state.optimizer = {{30.5F, 31.5F}, {32.5F}};
  } else {
    state.optimizer = {{1}, {2}, {3}};  // goes
    state.parameters = {1, 2, 3};
  }
  broadcast(state, world);
  std::vector<double> numbers;
  append_numbers(state, numbers);
  EXPECT_EQ(numbers, (std::vector<double>{2, 3, 4.5, 5, 6.5, 7.5, 8, 0, 21, 26, 27.5, 28, 29.5}));
  ASSERT_EQ(state.history.size(), 2U);
  std::vector<double> epoch;
  append_numbers(state.history[0], epoch);
  EXPECT_EQ(epoch, (std::vector<double>{9, 10.5, 11.5, 12, 13.5, 14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5}));
  EXPECT_EQ(state.parameters, (std::vector<float>{22.5F, 23.5F}));
  EXPECT_EQ(state.best_parameters, (std::vector<float>{24.5F, 25.5F}));
  EXPECT_EQ(state.optimizer, (std::vector<std::vector<float>>{{30.5F, 31.5F}, {32.5F}}));
}

}  // namespace
}  // namespace jetrain
