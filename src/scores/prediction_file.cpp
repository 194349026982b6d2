#include "scores/prediction_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "core/output_file.hpp"
#include "core/record_csv.hpp"
#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "io/new_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

class CsvPredictions : public PredictionFile {
 public:
  CsvPredictions(const std::string& path, const PredictionColumns& columns)
      : pending_(path, true),
        labels_(columns.labels),
        weights_(columns.weights),
        outputs_(columns.outputs.size()) {
    pending_.claim();
    std::string header = fmt::format("row,{}{}score", labels_ ? "label," : "", weights_ ? "weight," : "");
    for (const std::string& name : columns.outputs)
      header += fmt::format(",{}", csv_quoted(fmt::format("output_{}", name)));
    write_text(pending_.name(), header + "\n");
  }

  void append(const Predictions& piece) override {
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      fmt::format_to(out, "{},", piece.rows[i]);
      if (labels_) fmt::format_to(out, "{},", piece.labels[i]);
      if (weights_) fmt::format_to(out, "{},", piece.weights[i]);
      fmt::format_to(out, "{}", piece.scores[i]);
      for (std::size_t o = 0; o < outputs_; ++o) fmt::format_to(out, ",{}", piece.outputs[i * outputs_ + o]);
      text.push_back('\n');
    }
    append_text(pending_.name(), fmt::to_string(text));
  }

  void complete() override { pending_.complete(); }

 private:
  PendingFile pending_;
  bool labels_;
  bool weights_;
  std::size_t outputs_;
};

/// Stored so that it can become shorter than it was made. All chunks are laid out, and filled with zeros, at
/// once: their places and the end of the last one do then not depend on the order of writing.
hdf5::Handle shortenable(const std::vector<std::int64_t>& shape) {
  constexpr hsize_t kChunkRows = 65536;
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  chunk[0] = std::min(chunk[0], kChunkRows);
  hdf5::Handle creation = hdf5::untimed_creation();
  hdf5::check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "setting the chunk size");
  hdf5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "choosing room in advance");
  hdf5::check(H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC), "choosing zeros");
  return creation;
}

template <hdf5::Number T>
hdf5::Dataset create_shortenable(hid_t file, const char* name, const std::vector<std::int64_t>& shape) {
  return hdf5::Dataset::create<T>(file, name, shape, shortenable(shape));
}

class Hdf5Predictions : public PredictionFile {
 public:
  Hdf5Predictions(const std::string& path, std::int64_t most_rows, const PredictionColumns& columns)
      : file_(path), most_rows_(most_rows) {
    const std::int64_t row_bytes = 4 + 1 + 8 + (columns.weights ? 4 : 0);
    const std::int64_t outputs = std::ssize(columns.outputs);
    file_.reserve(most_rows * (row_bytes + 4 * outputs));
    score_ = create_shortenable<float>(file_, "score", {most_rows});
    if (columns.labels) label_ = create_shortenable<std::uint8_t>(file_, "label", {most_rows});
    if (columns.weights) weight_ = create_shortenable<float>(file_, "weight", {most_rows});
    row_ = create_shortenable<std::int64_t>(file_, "row", {most_rows});
    if (outputs == 0) return;
    outputs_ = create_shortenable<float>(file_, "outputs", {most_rows, outputs});
    hdf5::write_attribute(outputs_->id(), "classes", fmt::format("{}", fmt::join(columns.outputs, "\n")));
  }

  void append(const Predictions& piece) override {
    score_.write_rows(written_, piece.scores);
    if (label_) label_->write_rows(written_, piece.labels);
    if (weight_) weight_->write_rows(written_, piece.weights);
    row_.write_rows(written_, piece.rows);
    if (outputs_) outputs_->write_rows(written_, piece.outputs);
    written_ += std::ssize(piece.rows);
  }

  void complete() override {
    const auto finish = [&](hdf5::Dataset& dataset) {
      if (written_ < most_rows_) dataset.cut(written_);
      dataset = hdf5::Dataset();
    };
    for (hdf5::Dataset* dataset : {&score_, &row_}) finish(*dataset);
    for (std::optional<hdf5::Dataset>* dataset : {&label_, &weight_, &outputs_}) {
      if (*dataset) finish(**dataset);
    }
    file_.complete();
  }

 private:
  hdf5::NewFile file_;
  hdf5::Dataset score_, row_;
  std::optional<hdf5::Dataset> label_, weight_, outputs_;
  std::int64_t most_rows_;
  std::int64_t written_ = 0;
};

}  // namespace

std::unique_ptr<PredictionFile> PredictionFile::create(const std::string& path, std::int64_t most_rows,
                                                       const PredictionColumns& columns) {
  if (std::filesystem::path(path).extension() == ".csv")
    return std::make_unique<CsvPredictions>(path, columns);
  return std::make_unique<Hdf5Predictions>(path, most_rows, columns);
}

}  // namespace jetrain
