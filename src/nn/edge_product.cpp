#include "nn/edge_product.hpp"

namespace jetrain {

EdgeProductPart::EdgeProductPart(PartSizes& sizes, ParameterSpec kernel)
    : shape_{kernel.shape[0] / 2, kernel.shape[1]},
      parameters_(sizes.parameters),
      prepared_(sizes.prepared),
      gradients_(sizes.gradients) {
  sizes.add(std::move(kernel));
  sizes.prepared += place(2, true);
  sizes.gradients += 2 * shape_.inputs * padded_channels(shape_.outputs);
}

std::int64_t EdgeProductPart::place(std::int64_t of_v, bool transposed) const {
  return transposed ? 2 * kernels::packed_floats(shape_) + of_v * kernels::packed_floats(shape_.transposed())
                    : of_v * kernels::packed_floats(shape_);
}

const float* EdgeProductPart::packed(const LayerPass& pass, std::int64_t of_v, bool transposed) const {
  return pass.prepared + prepared_ + place(of_v, transposed);
}

void EdgeProductPart::prepare(const float* parameters, float* prepared) const {
  const float* const own = parameters + parameters_;
  const float* const other = own + weights();
  std::vector<float> difference(own, other);
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= other[i];
  prepared += prepared_;
  kernels::pack_weights(shape_, difference.data(), prepared + place(0, false));
  kernels::pack_weights(shape_, other, prepared + place(1, false));
  kernels::pack_transposed(shape_, difference.data(), prepared + place(0, true));
  kernels::pack_transposed(shape_, other, prepared + place(1, true));
}

void EdgeProductPart::forward(const LayerPass& pass, ConstRows x, Rows u, Rows v) const {
  kernels::multiply(x, packed(pass, 0, false), {}, u);
  kernels::multiply(x, packed(pass, 1, false), {}, v);
}

void EdgeProductPart::backward_input(const LayerPass& pass, ConstRows du, ConstRows dv, bool accumulate,
                                     const float* mask, Rows dx) const {
  kernels::multiply(du, packed(pass, 0, true), {.accumulate = accumulate}, dx);
  kernels::multiply(dv, packed(pass, 1, true), {.accumulate = true, .mask = mask}, dx);
}

void EdgeProductPart::find_gradients(ConstRows x, ConstRows du, Rows dv, float* gradients) const {
  for (std::int64_t i = 0; i < dv.rows * dv.stride(); ++i) dv.data[i] -= du.data[i];
  float* const own = gradients + gradients_;
  kernels::multiply_transposed(x, du, own, nullptr);
  kernels::multiply_transposed(x, dv, own + shape_.inputs * dv.stride(), nullptr);
}

bool EdgeProductPart::finish(float* gradients, const GradientSums& sums) const {
  return add_rows_exactly({gradients + gradients_, 2 * shape_.inputs, shape_.outputs}, sums.limit,
                          sums.sums + parameters_);
}

}  // namespace jetrain
