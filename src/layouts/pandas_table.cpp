#include "layouts/pandas_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "layouts/hdf5_contents.hpp"
#include "layouts/pickled_names.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;
using OpenDataset = std::function<const StoredArray&(const std::string&)>;

constexpr const char* kAsTable = "write it by to_hdf(..., format=\"table\")";

Handle open_object(hid_t file, const std::string& path) {
  return {hdf5::check(H5Oopen(file, path.c_str(), H5P_DEFAULT), "opening " + path), H5Oclose};
}

/// One element of an array, or the whole that is none.
StoredType element_of(const StoredType& type) {
  StoredType element = type;
  element.shape.clear();
  if (type.count() > 0) element.bytes /= static_cast<std::size_t>(type.count());
  if (element.number) element.words = describe(*element.number);
  return element;
}

/// Whether a member's numbers are codes of categories, which are listed elsewhere.
bool holds_codes(hid_t table, const std::string& member) {
  const std::string attribute = member + "_meta";
  return hdf5::has_attribute(table, attribute) &&
         hdf5::bytes_attribute(table, attribute).starts_with("category");
}

/// A member and the names of its columns: one after another, if they are more than one.
void add_member(const StoredType::Member& member, const std::vector<std::string>& names,
                const std::string& refusal, const std::string& dataset, FileTable& table) {
  const StoredType element = element_of(member.type);
  std::size_t offset = member.offset;
  for (const std::string& name : names) {
    table.columns.push_back({name, dataset, element, offset, refusal});
    offset += element.bytes;
  }
}

FileTable frame_table(hid_t file, const std::string& group, const OpenDataset& open) {
  const std::string path = group + "/table";
  const StoredArray& rows = open(path);
  const Handle dataset = open_object(file, path);
  FileTable table;
  for (const StoredType::Member& member : rows.type().members) {
    const std::string attribute = member.name + "_kind";
    if (member.name == "index" || !hdf5::has_attribute(dataset, attribute)) {
      if (member.name.starts_with("values_block_"))
        throw DataError(
            fmt::format("{}: the columns of {} have no names (the attribute {} is not there): {} again",
                        rows.name(), member.name, attribute, kAsTable));
      continue;
    }
    const std::string where = fmt::format("{}: the attribute {}", rows.name(), attribute);
    const std::vector<std::string> names = pickled_names(hdf5::bytes_attribute(dataset, attribute), where);
    if (std::ssize(names) != member.type.count())
      throw DataError(fmt::format("{} has {} names, but {} has {} columns: {} again", where, names.size(),
                                  member.name, member.type.count(), kAsTable));
    const char* refusal = holds_codes(dataset, member.name)
                              ? "is of pandas' categories, of which only codes stand here: write it as "
                                "numbers (astype)"
                              : "";
    add_member(member, names, refusal, path, table);
  }
  return table;
}

/// Names of an index: texts, or integers as their digits.
std::vector<std::string> item_names(hid_t file, const std::string& path) {
  const hdf5::Dataset items = hdf5::Dataset::open(file, path);
  items.require_possible();
  const auto count = static_cast<std::size_t>(items.rows() * items.row_size());
  std::vector<std::string> names;
  if (items.elements() == hdf5::Elements::integers) {
    for (const auto name : items.read_rows<std::int64_t>(0, items.rows()))
      names.push_back(std::to_string(name));
    return names;
  }
  if (items.elements() != hdf5::Elements::text || H5Tis_variable_str(items.type()) > 0)
    throw DataError(fmt::format("{} holds no names that are texts or integers: {}", items.name(), kAsTable));
  const std::size_t width = H5Tget_size(items.type());
  std::vector<char> bytes(count * width);
  items.read_records(0, items.rows(), items.type(), bytes.data());
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = bytes.data() + i * width;
    names.emplace_back(text, std::find(text, text + width, '\0'));
  }
  return names;
}

/// Whether a block's rows are the frame's, as they always are from PyTables' point of view.
bool is_transposed(hid_t block) {
  constexpr const char* kName = "transposed";
  return hdf5::has_attribute(block, kName) && hdf5::integer_attribute(block, kName) != 0;
}

FileTable fixed_frame(hid_t file, const std::string& group, const OpenDataset& open) {
  FileTable table;
  for (int block = 0; hdf5::exists(file, fmt::format("{}/block{}_values", group, block)); ++block) {
    const std::string path = fmt::format("{}/block{}_values", group, block);
    const std::string items = fmt::format("{}/block{}_items", group, block);
    const StoredArray& values = open(path);
    if (!hdf5::exists(file, items))
      throw DataError(
          fmt::format("{} has no names in {}: its columns may have several levels; give each one "
                      "name, and {}",
                      values.name(), items, kAsTable));
    const std::vector<std::string> names = item_names(file, items);
    // Objects (texts, say) are one pickle for all rows.
    const bool whole = is_transposed(open_object(file, path)) && values.shape().size() == 2 &&
                       values.shape()[1] == std::ssize(names);
    const std::string refusal = whole ? "" : fmt::format("is stored as a pickle: {}", kAsTable);
    for (std::size_t i = 0; i < names.size(); ++i)
      table.columns.push_back({names[i], path, values.type(), whole ? i * values.type().bytes : 0, refusal});
  }
  return table;
}

}  // namespace

FileTable pandas_table(hid_t file, const std::string& group, const OpenDataset& open) {
  FileTable table = pandas_type(open_object(file, group)) == "frame" ? fixed_frame(file, group, open)
                                                                     : frame_table(file, group, open);
  table.name = "/" + group;
  return table;
}

}  // namespace jetrain
