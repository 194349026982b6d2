#include "layouts/place.hpp"

namespace jetrain {

std::vector<PlaceRun> runs_of(std::span<const NumberPlace> places) {
  std::vector<PlaceRun> runs;
  for (const NumberPlace& place : places) {
    if (!runs.empty() && runs.back().array == place.array && runs.back().format == place.format) {
      PlaceRun& run = runs.back();
      const auto last =
          static_cast<std::ptrdiff_t>(run.offset) + run.stride * (static_cast<std::ptrdiff_t>(run.count) - 1);
      const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(place.offset) - last;
      if (run.count == 1) run.stride = step;
      if (run.stride == step) {
        ++run.count;
        continue;
      }
    }
    runs.push_back({place.array, place.offset, 0, 1, place.format});
  }
  return runs;
}

}  // namespace jetrain
