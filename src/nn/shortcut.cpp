#include "nn/shortcut.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// The stride with which a 1x1 convolution takes `from` rows to `to`; 0: none does.
std::int64_t stride_between(std::int64_t from, std::int64_t to) {
  for (std::int64_t stride = 1; stride <= from; ++stride) {
    if ((from + stride - 1) / stride == to) return stride;
  }
  return 0;
}

/// One overload for each pair of forms; a new form fails to compile until its pairs are here.
struct Projection {
  LayerConfig operator()(const ImageShape& from, const ImageShape& to) const {
    Conv2dConfig projection;
    projection.filters = to.channels;
    projection.kernel = {1, 1};
    projection.padding = Padding::same;
    projection.stride = stride_between(from.rows, to.rows);
    if (projection.stride == 0 || stride_between(from.columns, to.columns) != projection.stride) {
      throw UsageError(fmt::format(
          "residual: no 1x1 convolution makes {} out of {}: let the layers keep the size (padding same) or "
          "divide it by a stride",
          Shape(to).text(), Shape(from).text()));
    }
    return {projection};
  }
  LayerConfig operator()(const VectorShape&, const VectorShape& to) const {
    DenseConfig dense;
    dense.units = to.features;
    return {dense};
  }
  LayerConfig operator()(const SetShape&, const SetShape& to) const {
    DenseConfig dense;
    dense.units = to.channels;
    return {dense};
  }
  LayerConfig operator()(const PairsShape& from, const PairsShape& to) const { return refuse(from, to); }
  template <class From, class To>
  requires(!std::is_same_v<From, To>) LayerConfig operator()(const From& from, const To& to) const {
    return refuse(from, to);
  }

 private:
  [[noreturn]] static LayerConfig refuse(const Shape& from, const Shape& to) {
    const auto with_article = [](const Shape& shape) {
      return shape.visit([](const ImageShape&) { return "an image"; },
                         [](const VectorShape&) { return "a vector"; },
                         [](const SetShape&) { return "a set"; }, [](const PairsShape&) { return "pairs"; });
    };
    throw UsageError(fmt::format("residual: the layers make {} out of {}: no shortcut joins {} and {}",
                                 to.text(), from.text(), with_article(from), with_article(to)));
  }
};

}  // namespace

std::optional<LayerConfig> shortcut_layer(const ResidualConfig& config, const Shape& from, const Shape& to) {
  if (from == to && config.shortcut != Shortcut::projection) return {};
  if (config.shortcut == Shortcut::identity) {
    throw UsageError(fmt::format(
        "residual: the layers make {} out of {}, so the shortcut cannot be the identity: use shortcut: auto",
        to.text(), from.text()));
  }
  return std::visit(Projection{}, from.form(), to.form());
}

}  // namespace jetrain
