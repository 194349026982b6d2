#include "core/permutation.hpp"

#include <numeric>
#include <utility>

#include "core/checked_cast.hpp"

namespace jetrain {

std::vector<std::uint32_t> random_permutation(std::int64_t n, std::uint64_t seed, Purpose purpose,
                                              std::uint32_t epoch, std::uint64_t index) {
  std::vector<std::uint32_t> order(checked_cast<std::uint32_t>(n));
  std::iota(order.begin(), order.end(), 0U);
  RandomStream stream(seed, purpose, epoch, index);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  return order;
}

}  // namespace jetrain
