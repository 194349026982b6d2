#pragma once

/// \file
/// The codec of sparse parts: six bytes for each value that is not empty. A jet has about 45 such pixels of
/// 1,600, so two million images take about 0.6 GB instead of 12.8 GB.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "samples/sample_view.hpp"

namespace jetrain {

/// The sparse parts of a growing sequence of samples.
class SparsePart {
 public:
  using View = SparseView;

  void reserve(std::size_t samples) { ends_.reserve(samples); }
  void append(const SparseView& part);
  SparseView view(std::size_t i) const;
  std::int64_t bytes() const noexcept;
  /// Gives back what is held in reserve for entries.
  void shrink_to_fit();

  /// The parts of several samples as one byte string, to travel between ranks; its length, a multiple of 16.
  static std::size_t packed_bytes(std::span<const SparseView> parts);
  static void pack(std::span<const SparseView> parts, std::byte* to);
  /// Fills `parts` with views into what was packed (16-byte aligned), and says how long it is.
  static std::size_t unpack(const std::byte* from, std::span<SparseView> parts);

 private:
  std::vector<std::uint32_t> ends_;  ///< of each sample's entries
  std::vector<std::uint16_t> positions_;
  std::vector<float> values_;
};

}  // namespace jetrain
