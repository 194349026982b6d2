#include "samples/sparse_part.hpp"

#include "samples/packing.hpp"

namespace jetrain {
namespace {

/// Number of entries, values, counts, positions.
struct Packed {
  std::uint64_t samples = 0;
  std::uint64_t entries = 0;

  static constexpr std::size_t values_at() { return 16; }
  std::size_t counts_at() const { return values_at() + entries * sizeof(float); }
  std::size_t positions_at() const { return counts_at() + samples * sizeof(std::uint16_t); }
  std::size_t length() const { return packed_length(positions_at() + entries * sizeof(std::uint16_t)); }
};

Packed measure(std::span<const SparseView> parts) {
  Packed packed{parts.size(), 0};
  for (const SparseView& part : parts) packed.entries += part.positions.size();
  return packed;
}

}  // namespace

void SparsePart::append(const SparseView& part) {
  positions_.insert(positions_.end(), part.positions.begin(), part.positions.end());
  values_.insert(values_.end(), part.values.begin(), part.values.end());
  ends_.push_back(static_cast<std::uint32_t>(positions_.size()));
}

SparseView SparsePart::view(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  const std::size_t count = ends_[i] - begin;
  return {{positions_.data() + begin, count}, {values_.data() + begin, count}};
}

std::int64_t SparsePart::bytes() const noexcept {
  return static_cast<std::int64_t>(ends_.capacity() * sizeof(std::uint32_t) +
                                   positions_.capacity() * sizeof(std::uint16_t) +
                                   values_.capacity() * sizeof(float));
}

void SparsePart::shrink_to_fit() {
  positions_.shrink_to_fit();
  values_.shrink_to_fit();
}

std::size_t SparsePart::packed_bytes(std::span<const SparseView> parts) {
  return measure(parts).length();
}

void SparsePart::pack(std::span<const SparseView> parts, std::byte* to) {
  const Packed packed = measure(parts);
  std::byte* values = to + Packed::values_at();
  std::byte* counts = to + packed.counts_at();
  std::byte* positions = to + packed.positions_at();
  put(to, packed.samples);
  put(to, packed.entries);
  for (const SparseView& part : parts) {
    put(values, part.values);
    put(counts, checked_cast<std::uint16_t>(part.positions.size()));
    put(positions, part.positions);
  }
}

std::size_t SparsePart::unpack(const std::byte* from, std::span<SparseView> parts) {
  Packed packed;
  std::memcpy(&packed, from, sizeof packed);
  const auto* values = reinterpret_cast<const float*>(from + Packed::values_at());
  const auto* counts = reinterpret_cast<const std::uint16_t*>(from + packed.counts_at());
  const auto* positions = reinterpret_cast<const std::uint16_t*>(from + packed.positions_at());
  for (SparseView& part : parts) {
    const std::size_t count = *counts++;
    part = {{positions, count}, {values, count}};
    positions += count;
    values += count;
  }
  return packed.length();
}

}  // namespace jetrain
