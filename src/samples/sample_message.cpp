#include "samples/sample_message.hpp"

#include <cstring>

#include "core/checked_cast.hpp"

namespace jetrain {
namespace {

/// Header, then values, counts, pixels, labels; widest first, so that each array is aligned.
struct Header {
  std::uint64_t samples = 0;
  std::uint64_t pixels = 0;

  std::size_t values_at() const { return sizeof(Header); }
  std::size_t counts_at() const { return values_at() + pixels * sizeof(float); }
  std::size_t pixels_at() const { return counts_at() + samples * sizeof(std::uint16_t); }
  std::size_t labels_at() const { return pixels_at() + pixels * sizeof(std::uint16_t); }
  std::size_t length() const { return ceil_divide(labels_at() + samples, std::size_t{16}) * 16; }
};
static_assert(sizeof(Header) == 16);

}  // namespace

std::vector<std::byte> pack_samples(std::span<const SampleView> samples) {
  if (samples.empty()) return {};
  Header header{samples.size(), 0};
  for (const SampleView& image : samples) header.pixels += image.pixels.size();
  std::vector<std::byte> bytes(header.length());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::byte* values = bytes.data() + header.values_at();
  std::byte* counts = bytes.data() + header.counts_at();
  std::byte* pixels = bytes.data() + header.pixels_at();
  std::byte* labels = bytes.data() + header.labels_at();
  const auto put = [](std::byte*& to, const void* from, std::size_t length) {
    if (length != 0) std::memcpy(to, from, length);
    to += length;
  };
  for (const SampleView& image : samples) {
    const auto count = checked_cast<std::uint16_t>(image.pixels.size());
    put(values, image.values.data(), image.values.size_bytes());
    put(counts, &count, sizeof count);
    put(pixels, image.pixels.data(), image.pixels.size_bytes());
    put(labels, &image.label, 1);
  }
  return bytes;
}

std::vector<SampleView> unpack_samples(std::span<const std::byte> bytes) {
  std::vector<SampleView> samples;
  while (!bytes.empty()) {
    Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto* values = reinterpret_cast<const float*>(bytes.data() + header.values_at());
    const auto* counts = reinterpret_cast<const std::uint16_t*>(bytes.data() + header.counts_at());
    const auto* pixels = reinterpret_cast<const std::uint16_t*>(bytes.data() + header.pixels_at());
    const auto* labels = reinterpret_cast<const std::uint8_t*>(bytes.data() + header.labels_at());
    for (std::size_t i = 0; i < header.samples; ++i) {
      samples.push_back({{pixels, counts[i]}, {values, counts[i]}, labels[i]});
      pixels += counts[i];
      values += counts[i];
    }
    bytes = bytes.subspan(header.length());
  }
  return samples;
}

}  // namespace jetrain
