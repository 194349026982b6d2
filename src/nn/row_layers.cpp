#include "nn/row_layers.hpp"

#include "kernels/exact_sum.hpp"

namespace jetrain {

bool add_rows_exactly(ConstRows values, float limit, std::int64_t* sums) {
  const auto channels = static_cast<std::size_t>(values.channels);
  if (values.channels == values.stride()) {
    const std::size_t count = static_cast<std::size_t>(values.rows) * channels;
    return kernels::exact_accumulate({values.data, count}, limit, {sums, count});
  }
  bool good = true;
  for (std::int64_t r = 0; r < values.rows; ++r) {
    std::int64_t* to = sums + r * values.channels;
    good = kernels::exact_accumulate({values.row(r), channels}, limit, {to, channels}) && good;
  }
  return good;
}

}  // namespace jetrain
