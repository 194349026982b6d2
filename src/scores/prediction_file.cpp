#include "scores/prediction_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "core/output_file.hpp"
#include "io/hdf5.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

class CsvPredictions : public PredictionFile {
 public:
  CsvPredictions(const std::string& path, std::int64_t outputs)
      : pending_(path, true), outputs_(static_cast<std::size_t>(outputs)) {
    std::string header = "row,label,score";
    for (std::size_t o = 0; o < outputs_; ++o) header += fmt::format(",output_{}", o);
    write_text(pending_.name(), header + "\n");
  }

  void append(const Predictions& piece) override {
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      fmt::format_to(out, "{},{},{}", piece.rows[i], piece.labels[i], piece.scores[i]);
      for (std::size_t o = 0; o < outputs_; ++o) fmt::format_to(out, ",{}", piece.outputs[i * outputs_ + o]);
      text.push_back('\n');
    }
    append_text(pending_.name(), fmt::to_string(text));
  }

  void complete() override { pending_.complete(); }

 private:
  PendingFile pending_;
  std::size_t outputs_;
};

/// A dataset that can become shorter than it was made.
class GrowingDataset {
 public:
  GrowingDataset(hid_t file, const char* name, hid_t stored, hid_t memory, std::int64_t rows,
                 std::int64_t width)
      : name_(name), memory_(memory), shape_{static_cast<hsize_t>(rows)} {
    constexpr std::int64_t kChunkRows = 65536;
    if (width > 0) shape_.push_back(static_cast<hsize_t>(width));
    const int rank = static_cast<int>(shape_.size());
    std::vector<hsize_t> chunk = shape_;
    chunk[0] = static_cast<hsize_t>(std::min(rows, kChunkRows));
    // All chunks are laid out, and filled with zeros, at once: their places and the end of the last one do
    // then not depend on the order of writing.
    const hdf5::Handle creation = hdf5::untimed_creation();
    hdf5::check(H5Pset_chunk(creation, rank, chunk.data()), "setting the chunk size");
    hdf5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "choosing room in advance");
    hdf5::check(H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC), "choosing zeros");
    const hdf5::Handle space(H5Screate_simple(rank, shape_.data(), nullptr), H5Sclose);
    dataset_ =
        hdf5::Handle(H5Dcreate2(file, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose);
    hdf5::check(dataset_, std::string("creating ") + name);
  }

  void write(std::int64_t first, std::int64_t count, const void* values) {
    const hdf5::Handle space(H5Dget_space(dataset_), H5Sclose);
    std::vector<hsize_t> start(shape_.size(), 0);
    std::vector<hsize_t> size = shape_;
    start[0] = static_cast<hsize_t>(first);
    size[0] = static_cast<hsize_t>(count);
    const hdf5::Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr),
                              H5Sclose);
    hdf5::check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
                "choosing rows");
    hdf5::check(H5Dwrite(dataset_, memory_, memory, space, H5P_DEFAULT, values),
                std::string("writing ") + name_);
  }

  void cut(std::int64_t rows) {
    shape_[0] = static_cast<hsize_t>(rows);
    hdf5::check(H5Dset_extent(dataset_, shape_.data()), std::string("shortening ") + name_);
  }

 private:
  const char* name_;
  hid_t memory_;
  std::vector<hsize_t> shape_;
  hdf5::Handle dataset_;
};

class Hdf5Predictions : public PredictionFile {
 public:
  Hdf5Predictions(const std::string& path, std::int64_t most_rows, std::int64_t outputs)
      : pending_(path, true), most_rows_(most_rows) {
    constexpr std::int64_t kRowBytes = 4 + 1 + 8;
    pending_.keep_spare();
    file_ = hdf5::create_file(pending_.name());
    pending_.reserve(most_rows * (kRowBytes + 4 * outputs));
    score_.emplace(file_, "score", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, most_rows, 0);
    label_.emplace(file_, "label", H5T_STD_U8LE, H5T_NATIVE_UINT8, most_rows, 0);
    row_.emplace(file_, "row", H5T_STD_I64LE, H5T_NATIVE_INT64, most_rows, 0);
    if (outputs > 0) outputs_.emplace(file_, "outputs", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, most_rows, outputs);
  }

  void append(const Predictions& piece) override {
    const std::int64_t count = std::ssize(piece.rows);
    if (count == 0) return;
    score_->write(written_, count, piece.scores.data());
    label_->write(written_, count, piece.labels.data());
    row_->write(written_, count, piece.rows.data());
    if (outputs_) outputs_->write(written_, count, piece.outputs.data());
    written_ += count;
  }

  void complete() override {
    for (std::optional<GrowingDataset>* dataset : {&score_, &label_, &row_, &outputs_}) {
      if (*dataset && written_ < most_rows_) (*dataset)->cut(written_);
      dataset->reset();
    }
    hdf5::check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "writing " + pending_.name());
    file_ = hdf5::Handle();
    pending_.complete();
  }

 private:
  PendingFile pending_;
  hdf5::Handle file_;
  std::optional<GrowingDataset> score_, label_, row_, outputs_;
  std::int64_t most_rows_;
  std::int64_t written_ = 0;
};

}  // namespace

std::unique_ptr<PredictionFile> PredictionFile::create(const std::string& path, std::int64_t most_rows,
                                                       std::int64_t outputs) {
  if (std::filesystem::path(path).extension() == ".csv")
    return std::make_unique<CsvPredictions>(path, outputs);
  return std::make_unique<Hdf5Predictions>(path, most_rows, outputs);
}

}  // namespace jetrain
