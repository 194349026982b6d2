#include "samples/sample_message.hpp"

#include "samples/packing.hpp"
#include "samples/sample_parts.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kHeaderBytes = 16;

/// One part of all samples.
template <class View>
std::vector<View> parts_of(std::span<const SampleView> samples, View SampleView::*view) {
  std::vector<View> parts;
  parts.reserve(samples.size());
  for (const SampleView& sample : samples) parts.push_back(sample.*view);
  return parts;
}

}  // namespace

std::vector<std::byte> pack_samples(std::span<const SampleView> samples) {
  if (samples.empty()) return {};
  std::size_t length = kHeaderBytes;
  for_each_part([&]<class View, class Codec>(View SampleView::*view, Codec SampleParts::*) {
    length += Codec::packed_bytes(parts_of(samples, view));
  });
  std::vector<std::byte> bytes(length + packed_length(samples.size()));
  std::byte* to = bytes.data();
  put(to, std::uint64_t{samples.size()});
  to = bytes.data() + kHeaderBytes;
  for_each_part([&]<class View, class Codec>(View SampleView::*view, Codec SampleParts::*) {
    const std::vector<View> parts = parts_of(samples, view);
    Codec::pack(parts, to);
    to += Codec::packed_bytes(parts);
  });
  for (const SampleView& sample : samples) put(to, sample.label);
  return bytes;
}

std::vector<SampleView> unpack_samples(std::span<const std::byte> bytes) {
  std::vector<SampleView> samples;
  while (!bytes.empty()) {
    std::uint64_t count = 0;
    std::memcpy(&count, bytes.data(), sizeof count);
    const std::byte* from = bytes.data() + kHeaderBytes;
    const std::size_t first = samples.size();
    samples.resize(first + count);
    for_each_part([&]<class View, class Codec>(View SampleView::*view, Codec SampleParts::*) {
      std::vector<View> parts(count);
      from += Codec::unpack(from, parts);
      for (std::size_t i = 0; i < count; ++i) samples[first + i].*view = parts[i];
    });
    const auto* labels = reinterpret_cast<const std::uint8_t*>(from);
    for (std::size_t i = 0; i < count; ++i) samples[first + i].label = labels[i];
    from += packed_length(count);
    bytes = bytes.subspan(static_cast<std::size_t>(from - bytes.data()));
  }
  return samples;
}

}  // namespace jetrain
