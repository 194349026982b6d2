#include "nn/shape.hpp"

#include <fmt/format.h>

namespace jetrain {

std::vector<std::int64_t> Shape::sizes() const {
  using Sizes = std::vector<std::int64_t>;
  return visit(
      [](const ImageShape& s) {
        return Sizes{s.channels, s.rows, s.columns};
      },
      [](const VectorShape& s) { return Sizes{s.features}; });
}

std::int64_t Shape::size() const noexcept {
  return visit([](const ImageShape& s) { return s.channels * s.rows * s.columns; },
               [](const VectorShape& s) { return s.features; });
}

ImageShape Shape::planes() const noexcept {
  return visit([](const ImageShape& s) { return s; },
               [](const VectorShape& s) {
                 return ImageShape{1, 1, s.features};
               });
}

const char* Shape::form_name() const noexcept {
  return visit([](const ImageShape&) { return "the image"; },
               [](const VectorShape&) { return "the vector"; });
}

std::string Shape::text() const {
  return visit([](const ImageShape& s) { return fmt::format("({}, {}, {})", s.rows, s.columns, s.channels); },
               [](const VectorShape& s) { return fmt::format("({})", s.features); });
}

}  // namespace jetrain
