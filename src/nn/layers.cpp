#include "nn/layers.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

[[noreturn]] void refuse(const Shape& input, const char* kind, const char* needed, const char* advice) {
  throw UsageError(fmt::format("{} needs {}, but its input is {} {}{}", kind, needed, input.form_name(),
                               input.text(), advice));
}

constexpr const char* kPoolFirst = ": put a pool (sum_pool, mean_pool, max_pool) before it";

}  // namespace

const ImageShape& require_image(const Shape& input, const char* kind) {
  const auto fail = [&](const char* advice) -> const ImageShape& { refuse(input, kind, "an image", advice); };
  constexpr const char* kSets = ": it is no layer of sets";
  return input.visit(
      [](const ImageShape& image) -> const ImageShape& { return image; },
      [&](const VectorShape&) -> const ImageShape& { return fail(": put it before flatten and dense"); },
      [&](const SetShape&) -> const ImageShape& { return fail(kSets); },
      [&](const PairsShape&) -> const ImageShape& { return fail(kSets); });
}

const VectorShape& require_vector(const Shape& input, const char* kind, const char* of_an_image) {
  const auto fail = [&](const char* advice) -> const VectorShape& {
    refuse(input, kind, "a vector", advice);
  };
  return input.visit([&](const ImageShape&) -> const VectorShape& { return fail(of_an_image); },
                     [](const VectorShape& vector) -> const VectorShape& { return vector; },
                     [&](const SetShape&) -> const VectorShape& { return fail(kPoolFirst); },
                     [&](const PairsShape&) -> const VectorShape& { return fail(kPoolFirst); });
}

const SetShape& require_set(const Shape& input, const char* kind) {
  const auto fail = [&]() -> const SetShape& {
    refuse(input, kind, "a set", ": it stands on constituents (input: constituents), before they are pooled");
  };
  return input.visit([&](const ImageShape&) -> const SetShape& { return fail(); },
                     [&](const VectorShape&) -> const SetShape& { return fail(); },
                     [](const SetShape& set) -> const SetShape& { return set; },
                     [&](const PairsShape&) -> const SetShape& { return fail(); });
}

std::int64_t require_fixed_size(const Shape& input, const char* kind) {
  if (input.has_rows()) refuse(input, kind, "an image or a vector", kPoolFirst);
  return input.size();
}

}  // namespace jetrain
