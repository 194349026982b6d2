#include "app/inspect.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "app/inspected_jets.hpp"
#include "app/layout_assignments.hpp"
#include "config/jet_presets.hpp"
#include "core/printable_text.hpp"
#include "layouts/jet_source.hpp"

namespace jetrain {
namespace {

std::string bytes_text(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  return bytes < 10'000'000 ? fmt::format("{:.1f} kB", value / 1e3) : fmt::format("{:.1f} MB", value / 1e6);
}

std::string chunks_text(const ArrayFacts& array) {
  if (array.chunk.empty()) return fmt::format("none ({})", hdf5::storage_name(array.storage));
  return fmt::format("{} of {}, {}", array.chunks,
                     array.chunk.size() == 1 ? fmt::format("{} rows", array.chunk.front())
                                             : fmt::format("({})", fmt::join(array.chunk, ", ")),
                     array.raw_chunks ? "decompressed by threads" : "decoded inside HDF5 (slower)");
}

void print_storage(const ArrayFacts& array) {
  fmt::print("  chunks       {}\n", chunks_text(array));
  print_line("  filter       {}", array.filters);
  fmt::print("  size         {} on disk, {} decoded\n", bytes_text(array.stored_bytes),
             bytes_text(array.decoded_bytes));
}

void print_layout(const FileLayout& layout, JetPreset preset) {
  print_line("{}", layout.path);
  print_line("  layout       data.preset: {}{}", preset,
             layout.table.empty() ? std::string() : fmt::format(", table {}", layout.table));
  for (const auto& [what, columns] : layout.columns) print_line("  {:<12} {}", what, columns);
  fmt::print("  rows         {}\n", layout.rows);
  if (layout.arrays.size() == 1) return print_storage(layout.arrays.front());
  for (const ArrayFacts& array : layout.arrays)
    print_line("  {:<12} {} ({}); chunks {}; filter {}; {} on disk, {} decoded", array.name, array.type,
               fmt::join(array.shape, ", "), chunks_text(array), array.filters,
               bytes_text(array.stored_bytes), bytes_text(array.decoded_bytes));
}

void print_classes(const LabelCounts& counts, bool tops, bool labelled) {
  if (!labelled) return fmt::print("  classes      none: jets are not labelled\n");
  std::vector<std::string> words;
  for (std::size_t label = 0; label < counts.classes.size(); ++label) {
    if (counts.classes[label] == 0 && !(tops && label < 2)) continue;
    words.push_back(tops && label < 2
                        ? fmt::format("{} {}", counts.classes[label], label == 1 ? "top" : "QCD")
                        : fmt::format("{} of class {}", counts.classes[label], label));
  }
  if (tops) std::swap(words[0], words[1]);
  if (counts.no_class > 0) words.push_back(fmt::format("{} OF NO CLASS", counts.no_class));
  fmt::print("  classes      {}\n", fmt::join(words, ", "));
}

void print_sets(const LabelCounts& counts, bool known) {
  if (!known) return fmt::print("  splits       no column says which rows train\n");
  fmt::print("  splits       {} train, {} test, {} validation", counts.sets[0], counts.sets[1],
             counts.sets[2]);
  if (counts.no_set > 0) fmt::print(", {} of another value", counts.no_set);
  fmt::print("\n");
}

/// All that a file holds, for where its jets are not found. To be called by FileColumns::together.
std::vector<std::string> contents(FileColumns& file) {
  std::vector<std::string> lines{file.path()};
  for (const ArrayFacts& array : file.datasets())
    lines.push_back(fmt::format("  {:<24} {} ({})", array.name, array.type, fmt::join(array.shape, ", ")));
  const std::vector<std::string> tables = file.tables();
  if (!tables.empty()) lines.push_back(fmt::format("  tables: {}", fmt::join(tables, ", ")));
  if (tables.size() != 1) return lines;
  std::vector<std::string> columns = file.columns();
  constexpr std::size_t kListed = 12;
  const std::size_t more = columns.size() > kListed ? columns.size() - kListed : 0;
  columns.resize(columns.size() - more);
  if (more > 0) columns.push_back(fmt::format("and {} more", more));
  lines.push_back(fmt::format("  its columns: {}", fmt::join(columns, ", ")));
  return lines;
}

/// data, with the preset that fits the file where none is named. What data.jets says beside it stands.
DataConfig data_for(const std::string& path, const LayoutAssignments& given, const Communicator& comm) {
  DataConfig found = given.data;
  if (given.preset_is_named) return found;
  std::vector<std::string> lines;
  FileColumns file(path, found.table, comm);
  file.together(comm, [&] {
    if (const std::optional<JetPreset> preset = fitting_preset(file)) {
      found.preset = *preset;
    } else if (found.jets == JetsConfig{}) {
      lines = contents(file);
    }
  });
  if (comm.is_root()) {
    for (const std::string& line : lines) print_line("{}", line);
  }
  return found;
}

/// What the physics tells apart: the classes that there are, tops before QCD.
std::vector<NamedClass> classes_of(const LabelCounts& counts, const DataConfig& data, bool labelled) {
  if (!labelled) return {};
  if (!has_own_classes(data)) return {{1, "top"}, {0, "QCD"}};
  std::vector<NamedClass> classes;
  for (std::size_t label = 0; label < counts.classes.size(); ++label) {
    if (counts.classes[label] > 0)
      classes.push_back({static_cast<std::uint8_t>(label), fmt::format("class {}", label)});
  }
  return classes;
}

}  // namespace

void inspect(const InspectOptions& options, const Communicator& comm) {
  LayoutAssignments given;
  comm.agree([&] { given = parse_layout(options.assignments); });
  for (const std::string& path : options.files) {
    const DataConfig data = data_for(path, given, comm);
    const JetSource source({path}, comm, data);
    const LabelCounts counts = count_labels(source, comm);
    const std::vector<JetSummary> jets = first_jets(source, comm);
    if (!comm.is_root()) continue;
    const bool labelled = source.missing_labels().empty();
    print_layout(source.layouts().front(), data.preset);
    for (const std::string& doubt : source.doubts()) print_line("  warning: {}", doubt);
    print_classes(counts, !has_own_classes(data), labelled);
    print_sets(counts, source.missing_sets().empty() && !jet_mapping(data).columns.set.empty());
    print_physics(jets, classes_of(counts, data, labelled));
  }
}

}  // namespace jetrain
