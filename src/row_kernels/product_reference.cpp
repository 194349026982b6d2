#include <algorithm>

#include "kernels/multiply_add.hpp"
#include "row_kernels/product.hpp"

namespace jetrain::kernels::reference {
namespace {

/// What is added to a total, pass after pass: term(i, sum) is the sum with the i-th term.
template <class Term>
float add_passes(std::int64_t terms, float total, Term term) {
  for (std::int64_t first = 0; first < terms; first += kTermsPerPass) {
    float sum = 0;
    for (std::int64_t i = first; i < std::min(terms, first + kTermsPerPass); ++i) sum = term(i, sum);
    total += sum;
  }
  return total;
}

}  // namespace

void multiply(ConstRows a, const float* weights, const Epilogue& epilogue, Rows c) {
  for (std::int64_t r = 0; r < c.rows; ++r) {
    for (std::int64_t o = 0; o < c.stride(); ++o) {
      const bool real = o < c.channels;
      float& to = c.row(r)[o];
      float value = add_passes(a.channels, epilogue.accumulate ? to : 0.0F, [&](std::int64_t i, float sum) {
        return multiply_add(a.row(r)[i], real ? weights[i * c.channels + o] : 0.0F, sum);
      });
      if (epilogue.bias != nullptr) value += real ? epilogue.bias[o] : 0.0F;
      if (epilogue.rectify && value < 0) value = 0;
      if (epilogue.mask != nullptr && !(epilogue.mask[r * c.stride() + o] > 0)) value = 0;
      to = value;
    }
  }
}

void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  for (std::int64_t i = 0; i < x.channels; ++i) {
    for (std::int64_t o = 0; o < dy.channels; ++o) {
      dweights[i * dy.stride() + o] = add_passes(x.rows, 0.0F, [&](std::int64_t r, float sum) {
        return multiply_add(x.row(r)[i], dy.row(r)[o], sum);
      });
    }
  }
  if (dbias != nullptr) column_sums(dy, dbias);
}

void column_sums(ConstRows rows, float* sums) {
  for (std::int64_t o = 0; o < rows.stride(); ++o) {
    sums[o] = add_passes(rows.rows, 0.0F, [&](std::int64_t r, float sum) { return sum + rows.row(r)[o]; });
  }
}

}  // namespace jetrain::kernels::reference
