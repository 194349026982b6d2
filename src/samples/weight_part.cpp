#include "samples/weight_part.hpp"

#include <algorithm>

#include "samples/packing.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kValuesAt = 16;

bool all_are_one(std::span<const float> weights) {
  return std::all_of(weights.begin(), weights.end(), [](float weight) { return weight == 1; });
}

std::size_t length(std::uint64_t kept) {
  return packed_length(kValuesAt + kept * sizeof(float));
}

}  // namespace

void WeightPart::keep_all() {
  if (!values_.empty()) return;
  values_.reserve(std::max(reserved_, size_));
  values_.assign(size_, 1.0F);
}

void WeightPart::append(float weight) {
  if (weight != 1) keep_all();
  if (weight != 1 || !values_.empty()) values_.push_back(weight);
  ++size_;
}

void WeightPart::set(std::size_t i, float weight) {
  if (weight == view(i)) return;
  keep_all();
  values_[i] = weight;
}

std::size_t WeightPart::packed_bytes(std::span<const float> parts) {
  return length(all_are_one(parts) ? 0 : parts.size());
}

void WeightPart::pack(std::span<const float> parts, std::byte* to) {
  const bool kept = !all_are_one(parts);
  std::byte* values = to + kValuesAt;
  put(to, std::uint64_t{kept ? parts.size() : 0});
  if (kept) put(values, parts);
}

std::size_t WeightPart::unpack(const std::byte* from, std::span<float> parts) {
  std::uint64_t kept = 0;
  std::memcpy(&kept, from, sizeof kept);
  std::fill(parts.begin(), parts.end(), 1.0F);
  if (kept > 0) std::memcpy(parts.data(), from + kValuesAt, parts.size_bytes());
  return length(kept);
}

}  // namespace jetrain
