#pragma once

/// \file
/// Parts of which larger layers of sets are made: products and normalisations, each with its parameters,
/// and gradients that are summed over blocks of rows before they become exact sums.
///
/// Blocks are kPartRows rows, one pass of sums over rows (row_kernels/row_sums.hpp): a block's activations
/// stay in the second-level cache, and gradients are those of all rows at once.

#include <string>

#include "nn/row_layers.hpp"
#include "row_kernels/dropout.hpp"
#include "row_kernels/product.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain {

inline constexpr std::int64_t kPartRows = kernels::kPassRows;

/// Calls visit(first row, rows) for each block.
template <class Visit>
void for_each_block(std::int64_t rows, Visit visit) {
  for (std::int64_t first = 0; first < rows; first += kPartRows) {
    visit(first, rows - first < kPartRows ? rows - first : kPartRows);
  }
}

/// Rows first ... first + count - 1.
template <class T>
BasicRows<T> rows_from(BasicRows<T> rows, std::int64_t first, std::int64_t count) {
  return {rows.row(first), count, rows.channels};
}

/// The same rows as the element-wise kernels of planes see them.
template <class T>
BasicPlanes<T> planes_of(BasicRows<T> rows) {
  return {rows.data, 1, rows.rows, rows.stride() / kLanes, rows.rows * rows.stride(), rows.stride()};
}

/// Zeros behind the channels of each row, for products of rows that were written head by head.
void clear_padding(Rows rows);

/// Hands out memory piece by piece, in steps of 16 floats. Without memory it counts.
class FloatPieces {
 public:
  explicit FloatPieces(float* memory = nullptr) : memory_(memory) {}
  float* take(std::int64_t floats) {
    float* const piece = memory_ == nullptr ? nullptr : memory_ + taken_;
    taken_ += padded_channels(floats);
    return piece;
  }
  std::uint16_t* take_words(std::int64_t words) {
    return reinterpret_cast<std::uint16_t*>(take((words + 1) / 2));
  }
  Rows take_rows(std::int64_t rows, std::int64_t channels) {
    return {take(rows * padded_channels(channels)), rows, channels};
  }
  std::int64_t taken() const { return taken_; }

 private:
  float* memory_;
  std::int64_t taken_ = 0;
};

/// What all parts of a layer take together, while they are made.
struct PartSizes {
  std::vector<ParameterSpec> specs;
  std::int64_t parameters = 0;
  std::int64_t prepared = 0;
  std::int64_t gradients = 0;  ///< floats of the sums, padded
  std::int64_t temporary = 0;  ///< of one block's gradients, the largest part's
  std::vector<ParameterSpec> averages;
  std::int64_t averages_floats = 0;
  std::int64_t statistics_words = 0;

  void add(ParameterSpec spec);
  void add_average(ParameterSpec spec);
  /// Trainable ones first.
  std::vector<ParameterSpec> all_specs() const;
};

/// An array of (channels), and the gradient that is summed of it.
class RowVectorPart {
 public:
  RowVectorPart() = default;
  RowVectorPart(PartSizes& sizes, const std::string& name, std::int64_t channels, double start,
                ParameterRole role)
      : RowVectorPart(sizes, name, channels, InitializerConfig{ConstantInitializer{start}}, role) {}
  RowVectorPart(PartSizes& sizes, const std::string& name, std::int64_t channels,
                const InitializerConfig& start, ParameterRole role);

  const float* values(const LayerPass& pass) const { return pass.parameters + parameters_; }
  float* gradient(float* gradients) const { return gradients + gradients_; }
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  std::int64_t channels_ = 0;
  std::int64_t parameters_ = 0;
  std::int64_t gradients_ = 0;
};

/// y = W^T x + b, or without b.
class RowProductPart {
 public:
  RowProductPart() = default;
  /// Xavier uniform, as products of `inputs` and `fan_out`, divided by `smaller`.
  RowProductPart(PartSizes& sizes, const std::string& name, std::int64_t inputs, std::int64_t outputs,
                 std::int64_t fan_out, std::int64_t smaller_variance = 1);
  /// Without bias; `kernel` is (inputs, outputs).
  RowProductPart(PartSizes& sizes, ParameterSpec kernel);

  std::int64_t multiply_adds() const { return shape_.inputs * shape_.outputs; }
  void prepare(const float* parameters, float* prepared) const;
  void forward(const LayerPass& pass, ConstRows x, Rows y) const;
  void backward_input(const LayerPass& pass, ConstRows dy, Rows dx) const;
  /// Of a block, whose x and dy are given.
  void add_gradients(ConstRows x, ConstRows dy, float* gradients, float* temporary) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  std::int64_t weight_floats() const { return shape_.inputs * padded_channels(shape_.outputs); }
  void add_memory(PartSizes& sizes) const;

  kernels::ProductShape shape_;
  bool has_bias_ = true;
  std::int64_t parameters_ = 0;
  std::int64_t prepared_ = 0;
  std::int64_t gradients_ = 0;
};

/// Layer normalisation (row_kernels/row_norm.hpp); `kept`, 2 floats a row, from its first row on.
class RowNormPart {
 public:
  RowNormPart() = default;
  RowNormPart(PartSizes& sizes, const std::string& name, std::int64_t channels, double epsilon);

  void forward(const LayerPass& pass, ConstRows x, float* kept, Rows y) const;
  /// dx may be dy.
  void backward(const LayerPass& pass, ConstRows x, ConstRows dy, const float* kept, Rows dx,
                float* gradients, float* temporary) const;
  bool finish(float* gradients, const GradientSums& sums) const;

 private:
  std::int64_t channels_ = 0;
  float epsilon_ = 0;
  std::int64_t parameters_ = 0;
  std::int64_t gradients_ = 0;
};

/// Dropout of a use in a layer, for rows first ... of the leaf.
class RowDropoutPart {
 public:
  RowDropoutPart() = default;
  RowDropoutPart(double rate, std::uint64_t use) : rate_(rate), use_(use) {}

  bool drops(const LayerPass& pass) const { return pass.leaf.training && rate_ > 0; }
  /// The key of one sample's numbers.
  kernels::SetDropout of_sample(const LayerPass& pass, std::int64_t sample) const;
  /// Memory for the decisions over so many rows.
  kernels::KeptBits* take(FloatPieces& memory, std::int64_t rows, std::int64_t channels) const {
    return rate_ > 0 ? memory.take_words(rows * padded_channels(channels) / kLanes) : nullptr;
  }
  /// In place, of rows first ... of the leaf; `kept` is of the leaf.
  void forward(const LayerPass& pass, std::int64_t first, Rows rows, kernels::KeptBits* kept) const;
  /// Forward again, or the way back.
  void again(const LayerPass& pass, std::int64_t first, Rows rows, const kernels::KeptBits* kept) const;

 private:
  double rate_ = 0;
  std::uint64_t use_ = 0;
};

}  // namespace jetrain
