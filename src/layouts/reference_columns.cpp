#include "layouts/reference_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jetrain {
namespace {

/// The member of that name, if it holds so many numbers of that kind.
const StoredType::Member* member(const StoredType& record, const std::string& name, std::int64_t count,
                                 NumberKind kind, std::size_t bytes) {
  const auto found = std::find_if(record.members.begin(), record.members.end(),
                                  [&](const StoredType::Member& each) { return each.name == name; });
  if (found == record.members.end() || !found->type.number || found->type.count() != count) return nullptr;
  return found->type.number->kind == kind && found->type.number->bytes == bytes ? &*found : nullptr;
}

void add_columns(const StoredType::Member& block, const std::vector<std::string>& names,
                 const std::string& dataset, FileTable& table) {
  StoredType number;
  number.bytes = block.type.number->bytes;
  number.number = block.type.number;
  number.words = describe(*number.number);
  for (std::size_t i = 0; i < names.size(); ++i)
    table.columns.push_back({names[i], dataset, number, block.offset + i * number.bytes, ""});
}

}  // namespace

std::vector<std::string> reference_block_0() {
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) {
    for (const char* component : {"E", "PX", "PY", "PZ"}) names.push_back(fmt::format("{}_{}", component, i));
  }
  names.insert(names.end(), {"truthE", "truthPX", "truthPY", "truthPZ"});
  return names;
}

std::vector<std::string> reference_block_1() {
  return {"ttv", "is_signal_new"};
}

std::optional<FileTable> unnamed_reference_table(const std::string& dataset, const StoredType& record) {
  const StoredType::Member* const floats = member(record, "values_block_0", 804, NumberKind::real, 4);
  const StoredType::Member* const integers = member(record, "values_block_1", 2, NumberKind::integer, 8);
  if (floats == nullptr || integers == nullptr || record.members.size() != 3) return std::nullopt;
  FileTable table;
  table.name = "/" + dataset;
  table.doubt = fmt::format(
      "/{} does not say what its columns are called; its record is that of the Top Quark Tagging Reference "
      "Dataset, and it is read as that: E, PX, PY, PZ of 200 constituents, the truth's, then ttv, "
      "is_signal_new",
      dataset);
  add_columns(*floats, reference_block_0(), dataset, table);
  add_columns(*integers, reference_block_1(), dataset, table);
  return table;
}

}  // namespace jetrain
