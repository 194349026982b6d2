#include "nn/layers.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"

namespace jetrain {

const ImageShape& require_image(const Shape& input, const char* kind) {
  return input.visit(
      [](const ImageShape& image) -> const ImageShape& { return image; },
      [&](const VectorShape&) -> const ImageShape& {
        throw UsageError(
            fmt::format("{} needs an image, but its input is the vector {}: put it before flatten and dense",
                        kind, input.text()));
      });
}

const VectorShape& require_vector(const Shape& input, const char* kind, const char* advice) {
  return input.visit(
      [&](const ImageShape&) -> const VectorShape& {
        throw UsageError(
            fmt::format("{} needs a vector, but its input is the image {}{}", kind, input.text(), advice));
      },
      [](const VectorShape& vector) -> const VectorShape& { return vector; });
}

}  // namespace jetrain
