#pragma once

/// \file
/// Two-dimensional convolution (as in deep learning: cross-correlation) on one leaf.
/// Weights are stored as Keras does: (kernel rows, kernel columns, in channels / groups, out channels), out
/// channels innermost; group g joins the g-th share of the inputs to the g-th share of the outputs. The fast
/// kernels and their scalar references share signatures; tests compare them.

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// The geometry of a convolution. Zeros before = pad_top rows and pad_left columns. The x views carry a halo
/// of zeros wherever the windows of y reach beyond x, and the dy views wherever backward_input's windows of
/// dx reach beyond dy: `input_halo` and `output_gradient_halo`.
struct Conv2dShape {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel_rows = 0;
  std::int64_t kernel_columns = 0;
  std::int64_t pad_top = 0;
  std::int64_t pad_left = 0;
  std::int64_t stride = 1;
  std::int64_t groups = 1;

  std::int64_t group_inputs() const noexcept { return in_channels / groups; }
  std::int64_t group_outputs() const noexcept { return out_channels / groups; }
  std::int64_t weight_count() const noexcept {
    return kernel_rows * kernel_columns * group_inputs() * out_channels;
  }
};

/// Zeros that a view must carry before and after its rows (or columns).
struct Margins {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// For x of `inputs` rows and y of `outputs` rows, with a kernel of so many rows and `pad` zeros before; the
/// same for columns.
Margins input_margins(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t pad,
                      std::int64_t stride) noexcept;
Margins output_gradient_margins(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                                std::int64_t pad, std::int64_t stride) noexcept;

/// y[f](r,c) = bias[f] + sum over (k,i,j) of x[k](s r+i-pad_top, s c+j-pad_left) * weights(i,j,k,f), s the
/// stride; with `relu`, the larger of that and zero.
void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y);

/// dx[k](r,c) = sum over (f,i,j) of dy[f]((r-i+pad_top)/s, (c-j+pad_left)/s) * weights(i,j,k,f), over those
/// (i,j) for which the quotients are whole.
/// Where `mask` has data, it is the ReLU output that x was: dx is set to zero where mask <= 0 (ReLU's
/// backward).
void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx);

/// dweights(i,j,k,f) = sum over lanes, r, c of x[k](s r+i-pad_top, s c+j-pad_left) * dy[f](r,c);
/// dbias[f] = sum over lanes, r, c of dy[f](r,c). Both are overwritten.
void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias);

namespace reference {
void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y);
void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx);
void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias);
}  // namespace reference

}  // namespace jetrain::kernels
