#pragma once

/// \file
/// GELU, u Phi(u) (Hendrycks and Gimpel, arXiv:1606.08415), of rows that are normalised on the way: u = scale
/// x + shift (RowLine of row_batch_norm.hpp). Nothing but x is kept: backward computes u again, and gives
/// value and slope, Phi(u) + u phi(u). Phi is a quotient of two polynomials, to 3e-7, without the exponential
/// of kernels/activation.hpp, which takes twice the time.

#include "row_kernels/row_batch_norm.hpp"

namespace jetrain::kernels {

/// y = gelu(scale x + shift), the line as row_line_forward has it. y may be x.
void row_line_gelu_forward(ConstRows x, const RowLine& line, Rows y);

/// Both of what a block needs on its way back: y as forward gave it (the input of the product whose weights'
/// gradient is asked for; no data: not wanted), and g = dy gelu'(u), from which row_line_backward (without
/// rectify) goes on. Adds sum g to dbeta and sum g (x - mean) to dgamma, as row_line_sums does. g may be dy.
void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta);

/// The same without a line, u = x: dx = dy gelu'(x). dx may be dy.
void row_gelu_forward(ConstRows x, Rows y);
void row_gelu_backward(ConstRows x, ConstRows dy, Rows dx);

namespace reference {
void row_line_gelu_forward(ConstRows x, const RowLine& line, Rows y);
void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta);
void row_gelu_forward(ConstRows x, Rows y);
void row_gelu_backward(ConstRows x, ConstRows dy, Rows dx);
}  // namespace reference

}  // namespace jetrain::kernels
