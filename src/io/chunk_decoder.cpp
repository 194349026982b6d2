#include "io/chunk_decoder.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "io/blosc_filter.hpp"

namespace jetrain {
namespace {

/// Elements of so many bytes, for whole vectors.
template <std::size_t Bytes>
void unshuffle_elements(const std::byte* shuffled, std::size_t elements, std::byte* raw) {
  for (std::size_t e = 0; e < elements; ++e) {
    for (std::size_t b = 0; b < Bytes; ++b) raw[e * Bytes + b] = shuffled[b * elements + e];
  }
}

/// HDF5's shuffle stores byte 0 of all elements, then byte 1 of all, ...; left-over bytes stay at the end.
void unshuffle(const std::byte* shuffled, std::span<std::byte> raw, std::size_t element_bytes) {
  const std::size_t elements = raw.size() / element_bytes;
  switch (element_bytes) {
    case 2:
      unshuffle_elements<2>(shuffled, elements, raw.data());
      break;
    case 4:
      unshuffle_elements<4>(shuffled, elements, raw.data());
      break;
    case 8:
      unshuffle_elements<8>(shuffled, elements, raw.data());
      break;
    default:
      for (std::size_t b = 0; b < element_bytes; ++b) {
        for (std::size_t e = 0; e < elements; ++e) raw[e * element_bytes + b] = shuffled[b * elements + e];
      }
  }
  const std::size_t whole = elements * element_bytes;
  std::copy(shuffled + whole, shuffled + raw.size(), raw.data() + whole);
}

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

/// False where they are not exactly `raw`'s bytes.
bool inflate_into(std::span<const std::byte> compressed, std::span<std::byte> raw) {
  static thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  return libdeflate_zlib_decompress(decompressor.get(), compressed.data(), compressed.size(), raw.data(),
                                    raw.size(), nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace

std::optional<ChunkDecoder> ChunkDecoder::of(hid_t creation_list) {
  // An unfiltered edge chunk carries no mask bit; HDF5 itself must sort that out.
  unsigned chunk_options = 0;
  if (H5Pget_chunk_opts(creation_list, &chunk_options) < 0 || chunk_options != 0) return std::nullopt;

  ChunkDecoder decoder;
  const int filters = H5Pget_nfilters(creation_list);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::array<unsigned, 20> values{};
    std::size_t value_count = values.size();
    const H5Z_filter_t id = H5Pget_filter2(creation_list, static_cast<unsigned>(i), &flags, &value_count,
                                           values.data(), 0, nullptr, nullptr);
    const std::uint32_t bit = std::uint32_t{1} << i;
    if (id == H5Z_FILTER_SHUFFLE && i == 0 && value_count > 0 && values[0] > 0) {
      decoder.shuffle_ = Filter{Kind::shuffle, bit};
      decoder.shuffled_element_bytes_ = values[0];
    } else if (id == H5Z_FILTER_DEFLATE && !decoder.compressor_) {
      decoder.compressor_ = Filter{Kind::deflate, bit};
    } else if (id == hdf5::kBloscFilter && !decoder.compressor_) {
      decoder.compressor_ = Filter{Kind::blosc, bit};
    } else {
      return std::nullopt;
    }
  }
  return decoder;
}

const std::byte* ChunkDecoder::decode(std::span<const std::byte> stored, std::uint32_t filter_mask,
                                      std::span<std::byte> raw, std::span<std::byte> scratch) const {
  const auto applied = [&](const std::optional<Filter>& filter) {
    return filter && (filter_mask & filter->mask_bit) == 0;
  };
  const std::byte* content = stored.data();
  if (applied(compressor_)) {
    const bool good = compressor_->kind == Kind::deflate ? inflate_into(stored, raw)
                                                         : hdf5::blosc_decompress_into(stored, raw);
    if (!good) return nullptr;
    content = raw.data();
  } else if (stored.size() != raw.size()) {
    return nullptr;
  }
  if (applied(shuffle_)) {
    unshuffle(content, scratch, shuffled_element_bytes_);
    content = scratch.data();
  }
  return content;
}

}  // namespace jetrain
