#include "samples/vector_part.hpp"

#include <stdexcept>

#include "samples/packing.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kValuesAt = 16;

std::size_t length(std::uint64_t width, std::size_t samples) {
  return packed_length(kValuesAt + width * samples * sizeof(float));
}

std::size_t width_of(std::span<const VectorPart::View> parts) {
  return parts.empty() ? 0 : parts.front().size();
}

}  // namespace

void VectorPart::append(View part) {
  if (!begun_) width_ = part.size();
  begun_ = true;
  if (part.size() != width_) throw std::logic_error("a sample's vector differs from the others' in length");
  values_.insert(values_.end(), part.begin(), part.end());
}

std::size_t VectorPart::packed_bytes(std::span<const View> parts) {
  return length(width_of(parts), parts.size());
}

void VectorPart::pack(std::span<const View> parts, std::byte* to) {
  std::byte* values = to + kValuesAt;
  put(to, std::uint64_t{width_of(parts)});
  for (const View part : parts) put(values, part);
}

std::size_t VectorPart::unpack(const std::byte* from, std::span<View> parts) {
  std::uint64_t width = 0;
  std::memcpy(&width, from, sizeof width);
  const auto* values = reinterpret_cast<const float*>(from + kValuesAt);
  for (View& part : parts) {
    part = {values, width};
    values += width;
  }
  return length(width, parts.size());
}

}  // namespace jetrain
