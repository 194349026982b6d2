#include "layouts/jet_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/input_file.hpp"
#include "core/open_files.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

namespace {

/// For people: "" where there is none, or several, of which nothing is read then.
std::string only_table(FileColumns& names) {
  try {
    return names.table();
  } catch (const ReadError&) {
    throw;
  } catch (const DataError&) {
    return {};
  }
}

}  // namespace

struct JetSource::File {
  File(const std::string& path, const DataConfig& data, const JetMapping& mapping, std::int64_t first,
       const Communicator& comm)
      : first_row(first), names(path, data.table, comm) {
    names.together(comm, [&] {
      columns.emplace(names, mapping);
      reader.emplace(names, columns->arrays());
      if (reader->rows() == 0) throw DataError(fmt::format("{} has no rows: write the file again", path));
      table = only_table(names);
    });
  }

  const std::string& path() const { return names.path(); }
  std::int64_t rows() const { return reader->rows(); }
  std::int64_t end_row() const { return first_row + rows(); }

  std::int64_t first_row;  ///< global number of this file's row 0
  FileColumns names;
  std::optional<JetColumns> columns;
  std::optional<RowReader> reader;
  std::string table;
};

JetSource::JetSource(std::vector<std::string> files, const Communicator& comm, const DataConfig& data)
    : files_(std::move(files)) {
  JetMapping mapping;
  comm.agree([&] {
    if (files_.empty()) throw DataError("no data files are given: name at least one");
    require_openable(files_.size());
    mapping = jet_mapping(data);
  });
  for (const std::string& path : files_) {
    const std::int64_t first = opened_.empty() ? 0 : opened_.back()->end_row();
    opened_.push_back(std::make_unique<File>(path, data, mapping, first, comm));
  }
}

JetSource::~JetSource() = default;
JetSource::JetSource(JetSource&&) noexcept = default;
JetSource& JetSource::operator=(JetSource&&) noexcept = default;

std::int64_t JetSource::rows() const noexcept {
  return opened_.back()->end_row();
}

const std::vector<std::string>& JetSource::files() const noexcept {
  return files_;
}

std::vector<FileLayout> JetSource::layouts() const {
  std::vector<FileLayout> all;
  for (const auto& file : opened_) {
    FileLayout layout{file->path(), file->rows(), file->table, file->columns->description(), {}};
    for (const std::size_t array : file->columns->arrays()) layout.arrays.push_back(file->names.facts(array));
    all.push_back(std::move(layout));
  }
  return all;
}

std::string JetSource::missing_labels() const {
  for (const auto& file : opened_) {
    if (!file->columns->has_label()) return file->columns->missing_labels();
  }
  return {};
}

std::string JetSource::missing_weights() const {
  for (const auto& file : opened_) {
    if (!file->columns->missing_weights().empty()) return file->columns->missing_weights();
  }
  return {};
}

std::string JetSource::missing_sets() const {
  for (const auto& file : opened_) {
    if (!file->columns->has_set()) return file->columns->missing_sets();
  }
  return {};
}

std::vector<std::string> JetSource::doubts() const {
  std::vector<std::string> all;
  for (const auto& file : opened_) {
    for (std::string& doubt : file->names.doubts()) all.push_back(std::move(doubt));
    all.insert(all.end(), file->columns->doubts().begin(), file->columns->doubts().end());
  }
  return all;
}

const JetSource::File& JetSource::file_of(std::int64_t global_row) const {
  const auto after =
      std::upper_bound(opened_.begin(), opened_.end(), global_row,
                       [](std::int64_t row, const auto& file) { return row < file->first_row; });
  return after == opened_.begin() ? *opened_.front() : **std::prev(after);
}

std::string JetSource::place(std::int64_t global_row) const {
  const File& file = file_of(global_row);
  return fmt::format("{}, row {}", file.path(), global_row - file.first_row);
}

RowRange JetSource::slice(RowRange all, int rank, int size) const {
  // Each border is the chunk border next to the place that would share the rows out evenly.
  const auto border = [&](int r) {
    if (r == 0) return all.first;
    if (r == size) return all.last;
    const std::int64_t even = all.first + all.size() / size * r + all.size() % size * r / size;
    const File& file = file_of(even);
    const std::int64_t step = file.reader->border_rows();
    const std::int64_t local = (even - file.first_row + step / 2) / step * step;
    return std::clamp(file.first_row + std::min(local, file.rows()), all.first, all.last);
  };
  return {border(rank), border(rank + 1)};
}

void JetSource::read(RowRange range, const std::function<void(std::int64_t, const JetBlock&)>& consume,
                     const std::function<void(std::int64_t)>& end_window) const {
  for (const auto& file : opened_) {
    const RowRange local{std::max(range.first, file->first_row) - file->first_row,
                         std::min(range.last, file->end_row()) - file->first_row};
    if (local.size() <= 0) continue;
    const auto hand_over = [&](std::int64_t slot, const RawRows& rows) {
      consume(slot, JetBlock{file->first_row + rows.first_row, rows.rows, &rows, &*file->columns});
    };
    file->reader->read(local, hand_over, end_window);
  }
}

std::int64_t JetSource::window_slots() const noexcept {
  std::int64_t slots = 0;
  for (const auto& file : opened_) slots = std::max(slots, file->reader->window_slots());
  return slots;
}

}  // namespace jetrain
