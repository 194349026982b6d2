#include "nn/shape.hpp"

#include <fmt/format.h>

#include "row_kernels/rows.hpp"

namespace jetrain {
namespace {

ImageShape planes_of_rows(std::int64_t channels) {
  return {1, 0, padded_channels(channels) / kLanes};
}

}  // namespace

std::vector<std::int64_t> Shape::sizes() const {
  using Sizes = std::vector<std::int64_t>;
  return visit(
      [](const ImageShape& s) {
        return Sizes{s.channels, s.rows, s.columns};
      },
      [](const VectorShape& s) { return Sizes{s.features}; },
      [](const SetShape& s) { return Sizes{s.channels}; },
      [](const PairsShape& s) { return Sizes{s.channels}; });
}

std::int64_t Shape::size() const noexcept {
  return visit([](const ImageShape& s) { return s.channels * s.rows * s.columns; },
               [](const VectorShape& s) { return s.features; }, [](const SetShape& s) { return s.channels; },
               [](const PairsShape& s) { return s.channels; });
}

bool Shape::has_rows() const noexcept {
  return visit([](const ImageShape&) { return false; }, [](const VectorShape&) { return false; },
               [](const SetShape&) { return true; }, [](const PairsShape&) { return true; });
}

std::int64_t Shape::rows_in(const RowOffsets& sets) const noexcept {
  return visit([](const ImageShape&) { return std::int64_t{0}; },
               [](const VectorShape&) { return std::int64_t{0}; },
               [&](const SetShape&) { return sets.rows(); },
               [&](const PairsShape&) { return sets.matrices_floats() / kLanes; });
}

ImageShape Shape::planes() const noexcept {
  return visit([](const ImageShape& s) { return s; },
               [](const VectorShape& s) {
                 return ImageShape{1, 1, s.features};
               },
               [](const SetShape& s) { return planes_of_rows(s.channels); },
               [](const PairsShape& s) { return planes_of_rows(kLanes * s.channels); });
}

const char* Shape::form_name() const noexcept {
  return visit([](const ImageShape&) { return "the image"; }, [](const VectorShape&) { return "the vector"; },
               [](const SetShape&) { return "the set"; }, [](const PairsShape&) { return "the pairs"; });
}

std::string Shape::text() const {
  return visit([](const ImageShape& s) { return fmt::format("({}, {}, {})", s.rows, s.columns, s.channels); },
               [](const VectorShape& s) { return fmt::format("({})", s.features); },
               [](const SetShape& s) { return fmt::format("(n, {})", s.channels); },
               [](const PairsShape& s) { return fmt::format("(pairs, {})", s.channels); });
}

}  // namespace jetrain
