#include "samples/ragged_part.hpp"

#include <numeric>
#include <stdexcept>

#include "jetrain/error.hpp"
#include "samples/packing.hpp"

namespace jetrain {
namespace {

/// Width, number of floats, the floats, counts of rows.
struct Packed {
  std::uint64_t width = 0;
  std::uint64_t floats = 0;

  static constexpr std::size_t values_at() { return 16; }
  std::size_t counts_at() const { return values_at() + floats * sizeof(float); }
  std::size_t length(std::size_t samples) const {
    return packed_length(counts_at() + (width > 0 ? samples * sizeof(std::uint16_t) : 0));
  }
};

Packed measure(std::span<const RaggedView> parts) {
  Packed packed;
  if (!parts.empty()) packed.width = static_cast<std::uint64_t>(parts.front().width);
  for (const RaggedView& part : parts) packed.floats += part.values.size();
  return packed;
}

}  // namespace

void RaggedPart::Piece::append(const RaggedView& part) {
  counts.push_back(checked_cast<std::uint16_t>(part.rows()));
  values.insert(values.end(), part.values.begin(), part.values.end());
}

std::vector<RaggedView> RaggedPart::Piece::views(std::int64_t width) const {
  const std::int64_t rows = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (rows * width != std::ssize(values))
    throw DataError("the counts of a piece's rows do not fit its values");
  std::vector<RaggedView> parts;
  parts.reserve(counts.size());
  std::size_t begin = 0;
  for (const std::size_t count : counts) {
    const std::size_t floats = count * static_cast<std::size_t>(width);
    parts.push_back({{values.data() + begin, floats}, width});
    begin += floats;
  }
  return parts;
}

void RaggedPart::append(const RaggedView& part) {
  if (!begun_) {
    width_ = part.width;
    if (width_ > 0) ends_.reserve(reserved_);
  }
  begun_ = true;
  if (part.width != width_) throw std::logic_error("a sample's rows differ from the others' in width");
  if (width_ == 0) return;
  values_.insert(values_.end(), part.values.begin(), part.values.end());
  ends_.push_back(static_cast<std::uint32_t>(std::ssize(values_) / width_));
}

RaggedView RaggedPart::view(std::size_t i) const {
  if (width_ == 0) return {};
  const auto width = static_cast<std::size_t>(width_);
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return {{values_.data() + begin * width, (ends_[i] - begin) * width}, width_};
}

std::int64_t RaggedPart::bytes() const noexcept {
  return static_cast<std::int64_t>(ends_.capacity() * sizeof(std::uint32_t) +
                                   values_.capacity() * sizeof(float));
}

std::size_t RaggedPart::packed_bytes(std::span<const RaggedView> parts) {
  return measure(parts).length(parts.size());
}

void RaggedPart::pack(std::span<const RaggedView> parts, std::byte* to) {
  const Packed packed = measure(parts);
  std::byte* values = to + Packed::values_at();
  std::byte* counts = to + packed.counts_at();
  put(to, packed.width);
  put(to, packed.floats);
  for (const RaggedView& part : parts) {
    if (packed.width == 0) continue;
    put(values, part.values);
    put(counts, checked_cast<std::uint16_t>(part.rows()));
  }
}

std::size_t RaggedPart::unpack(const std::byte* from, std::span<RaggedView> parts) {
  Packed packed;
  std::memcpy(&packed, from, sizeof packed);
  const auto* values = reinterpret_cast<const float*>(from + Packed::values_at());
  const auto* counts = reinterpret_cast<const std::uint16_t*>(from + packed.counts_at());
  for (RaggedView& part : parts) {
    if (packed.width == 0) {
      part = {};
      continue;
    }
    const std::size_t floats = *counts++ * packed.width;
    part = {{values, floats}, static_cast<std::int64_t>(packed.width)};
    values += floats;
  }
  return packed.length(parts.size());
}

}  // namespace jetrain
