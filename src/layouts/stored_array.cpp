#include "layouts/stored_array.hpp"

#include <fmt/format.h>

#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;

/// Bands of chunks that are put together in memory; larger ones HDF5 takes apart itself, each time anew.
constexpr std::size_t kMostBandBytes = std::size_t{512} << 20;

/// `type` as it is in memory, without those members of a compound that would come as pointers.
Handle memory_type(hid_t type) {
  if (!refers_elsewhere(type) || H5Tget_class(type) != H5T_COMPOUND) return {H5Tcopy(type), H5Tclose};
  Handle plain(H5Tcreate(H5T_COMPOUND, H5Tget_size(type)), H5Tclose);
  const int count = H5Tget_nmembers(type);
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<unsigned>(i);
    const Handle member(H5Tget_member_type(type, index), H5Tclose);
    if (refers_elsewhere(member) && H5Tget_class(member) != H5T_COMPOUND) continue;
    char* name = H5Tget_member_name(type, index);
    H5Tinsert(plain, name, H5Tget_member_offset(type, index), memory_type(member));
    H5free_memory(name);
  }
  return plain;
}

/// Rows by HDF5's own way.
class RowsThroughHdf5 : public RowBytes {
 public:
  RowsThroughHdf5(const hdf5::Dataset& dataset, hid_t type) : dataset_(dataset), type_(type) {}
  void read(std::int64_t first, std::int64_t count, std::byte* to) override {
    dataset_.read_records(first, count, type_, to);
  }

 private:
  const hdf5::Dataset& dataset_;
  hid_t type_;
};

class Hdf5Array : public StoredArray {
 public:
  explicit Hdf5Array(hdf5::Dataset dataset)
      : StoredArray(dataset.name(), dataset.shape(), stored_type(dataset.type(), dataset.name())),
        dataset_(std::move(dataset)),
        memory_type_(memory_type(dataset_.type())) {
    if (rows() == 0 || row_bytes() == 0) return;
    if (dataset_.storage() == hdf5::Storage::chunked) find_raw_chunks();
    if (!chunks_) dataset_.require_written();  // chunks that are read one by one are looked at then
  }

  ArrayFacts facts() const override {
    ArrayFacts facts;
    facts.type = type().words;
    facts.shape = shape();
    facts.storage = dataset_.storage();
    facts.chunk = dataset_.chunk_shape();
    facts.filters = dataset_.filters();
    facts.stored_bytes = dataset_.stored_bytes();
    facts.decoded_bytes = rows() * static_cast<std::int64_t>(row_bytes());
    facts.raw_chunks = chunks_.has_value();
    if (facts.chunk.empty() || shape().empty()) return facts;
    const ChunkGrid grid(shape(), facts.chunk, type().bytes);
    facts.chunks = grid.bands() * grid.chunks_in_band();
    return facts;
  }

  const RawChunks* raw_chunks() const noexcept override { return chunks_ ? &*chunks_ : nullptr; }
  std::unique_ptr<RowBytes> reading() const override {
    return std::make_unique<RowsThroughHdf5>(dataset_, memory_type_);
  }

 private:
  void find_raw_chunks() {
    ChunkGrid grid(shape(), dataset_.chunk_shape(), type().bytes);
    const std::size_t band_bytes = static_cast<std::size_t>(grid.chunks_in_band()) * grid.chunk_bytes();
    if (refers_elsewhere(dataset_.type()) || band_bytes > kMostBandBytes) return;
    std::optional<ChunkDecoder> decoder = ChunkDecoder::of(dataset_.creation_list());
    if (decoder) chunks_.emplace(RawChunks{&dataset_, std::move(grid), *decoder, dataset_.filters()});
  }

  hdf5::Dataset dataset_;
  Handle memory_type_;
  std::optional<RawChunks> chunks_;
};

}  // namespace

StoredArray::StoredArray(std::string name, std::vector<std::int64_t> shape, StoredType type)
    : name_(std::move(name)), shape_(std::move(shape)), type_(std::move(type)) {}

std::size_t StoredArray::row_bytes() const noexcept {
  if (shape_.empty()) return 0;
  return std::accumulate(
      shape_.begin() + 1, shape_.end(), type_.bytes,
      [](std::size_t all, std::int64_t size) { return all * static_cast<std::size_t>(size); });
}

std::unique_ptr<StoredArray> open_dataset(hid_t file, const std::string& path) {
  return std::make_unique<Hdf5Array>(hdf5::Dataset::open(file, path));
}

}  // namespace jetrain
