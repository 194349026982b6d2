#pragma once

/// \file
/// Batch normalisation over the rows of a leaf (constituents, edges, pairs) as a part of a larger layer: a
/// line for each channel (row_kernels/row_batch_norm.hpp), from the leaf's statistics in training, else from
/// running averages (nn/row_averages.hpp). Frozen, it is a line whose numbers do not depend on the rows.

#include "nn/row_averages.hpp"
#include "nn/row_parts.hpp"
#include "row_kernels/row_batch_norm.hpp"

namespace jetrain {

class RowLinePart {
 public:
  /// Its parameters are PREFIXgammaSUFFIX and so on.
  RowLinePart(PartSizes& sizes, const std::string& prefix, const std::string& suffix, std::int64_t channels,
              double momentum, double epsilon);

  std::int64_t channels() const { return channels_; }

  /// What forward keeps.
  struct Kept {
    Kept(std::int64_t line_channels, FloatPieces& memory)
        : width(padded_channels(line_channels)),
          numbers(memory.take(kernels::row_line_floats(line_channels))),
          mean(memory.take(line_channels)),
          variance(memory.take(line_channels)) {}
    kernels::RowLine line() const {
      return {numbers, numbers + width, numbers + 2 * width, numbers + 3 * width};
    }
    std::int64_t width;
    float *numbers, *mean, *variance;
  };

  /// The line by the moments of all rows.
  kernels::RowLine line_of(const LayerPass& pass, const kernels::RowMoments& moments, const Kept& kept) const;
  /// The line by the running averages.
  kernels::RowLine average_line(const LayerPass& pass, const Kept& kept) const;

  /// The sums that row_line_sums adds to.
  float* dgamma(float* gradients) const { return gamma_.gradient(gradients); }
  float* dbeta(float* gradients) const { return beta_.gradient(gradients); }
  /// Ends these sums and prepares the way back. `memory`: row_line_back_floats.
  kernels::RowLineBack begin_backward(const LayerPass& pass, const Kept& kept, std::int64_t rows,
                                      float* gradients, float* memory) const;
  bool finish(const Kept& kept, std::int64_t rows, float* gradients, const GradientSums& sums) const;
  void update_averages(const std::int64_t* words, float* averages, bool anew) const;

 private:
  kernels::RowLine line(const LayerPass& pass, const float* mean, const float* variance,
                        const Kept& kept) const;

  std::int64_t channels_;
  float epsilon_;
  std::int64_t first_average_;
  std::int64_t first_word_;
  RowAverages averages_;
  RowVectorPart gamma_, beta_;
};

}  // namespace jetrain
