#include "layouts/table_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <vector>

#include "core/checked_cast.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;

constexpr const char* kExpected = "index int64, values_block_0 float32[804], values_block_1 int64[2]";

struct Column {
  const char* name;
  H5T_class_t kind;
  hsize_t length;
};
constexpr std::array<Column, 3> kColumns{
    {{"index", H5T_INTEGER, 1}, {"values_block_0", H5T_FLOAT, 804}, {"values_block_1", H5T_INTEGER, 2}}};

Handle array_type(hid_t element, hsize_t length) {
  return Handle(H5Tarray_create2(element, 1, &length), H5Tclose);
}

/// "float32[804]", "int64", ...
std::string describe_type(hid_t type) {
  const auto bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_STRING:
      return "string";
    case H5T_ARRAY: {
      std::vector<hsize_t> sizes(static_cast<std::size_t>(H5Tget_array_ndims(type)));
      H5Tget_array_dims2(type, sizes.data());
      const Handle element(H5Tget_super(type), H5Tclose);
      return fmt::format("{}[{}]", describe_type(element), fmt::join(sizes, "]["));
    }
    default:
      return "another type";
  }
}

std::string describe_columns(hid_t type) {
  if (H5Tget_class(type) != H5T_COMPOUND) return describe_type(type) + " without columns";
  constexpr int kListed = 8;
  std::vector<std::string> columns;
  const int members = H5Tget_nmembers(type);
  for (int i = 0; i < members && i < kListed; ++i) {
    const auto index = static_cast<unsigned>(i);
    char* name = H5Tget_member_name(type, index);
    const Handle member(H5Tget_member_type(type, index), H5Tclose);
    columns.push_back(fmt::format("{} {}", name, describe_type(member)));
    H5free_memory(name);
  }
  if (members > kListed) columns.push_back(fmt::format("and {} more", members - kListed));
  return fmt::format("{}", fmt::join(columns, ", "));
}

bool has_column(hid_t type, const Column& column) {
  const int index = H5Tget_member_index(type, column.name);
  if (index < 0) return false;
  const Handle member(H5Tget_member_type(type, static_cast<unsigned>(index)), H5Tclose);
  if (column.length == 1) return H5Tget_class(member) == column.kind;
  if (H5Tget_class(member) != H5T_ARRAY || H5Tget_array_ndims(member) != 1) return false;
  hsize_t length = 0;
  H5Tget_array_dims2(member, &length);
  const Handle element(H5Tget_super(member), H5Tclose);
  return length == column.length && H5Tget_class(element) == column.kind;
}

std::vector<std::string> names_in(hid_t group) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  hdf5::require_reads("listing a file");
  return names;
}

Handle record_type(hid_t integer, hid_t real) {
  Handle type(H5Tcreate(H5T_COMPOUND, JetBlock::kRecordBytes), H5Tclose);
  H5Tinsert(type, kColumns[0].name, 0, integer);
  H5Tinsert(type, kColumns[1].name, 8, array_type(real, kColumns[1].length));
  H5Tinsert(type, kColumns[2].name, 8 + 4 * kColumns[1].length, array_type(integer, kColumns[2].length));
  return type;
}

}  // namespace

Handle packed_record_type() {
  return record_type(H5T_NATIVE_INT64, H5T_NATIVE_FLOAT);
}

hdf5::Dataset open_jet_table(hid_t file, const std::string& path) {
  if (!hdf5::exists(file, kJetTable)) {
    const std::vector<std::string> names = names_in(file);
    throw DataError(
        fmt::format("{} holds no {}; found: {}: give a file in the layout of the Top Quark Tagging "
                    "Reference Dataset (pandas to_hdf(key=\"table\", format=\"table\"))",
                    path, kJetTable, names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
  }
  return hdf5::Dataset::open(file, kJetTable);
}

FileLayout check_jet_table(const hdf5::Dataset& dataset, const std::string& path) {
  const std::vector<std::int64_t>& sizes = dataset.shape();
  const hid_t type = dataset.type();
  bool known = H5Tget_class(type) == H5T_COMPOUND;
  for (const Column& column : kColumns) known = known && has_column(type, column);
  if (!known || sizes.size() != 1) {
    throw DataError(fmt::format(
        "{}: {} must be a table of one dimension with the columns {}; found {} dimension(s) and {}: give a "
        "file with 200 constituents (E, PX, PY, PZ), the truth momentum, ttv and is_signal_new",
        path, kJetTable, kExpected, sizes.size(), describe_columns(type)));
  }
  if (sizes[0] == 0)
    throw DataError(fmt::format("{}: {} has no rows: write the file again", path, kJetTable));

  FileLayout layout;
  layout.path = path;
  layout.rows = dataset.rows();
  layout.storage = dataset.storage();
  layout.filters = dataset.filters();
  layout.decoded_bytes = layout.rows * checked_cast<std::int64_t>(H5Tget_size(type));
  layout.chunk_rows = dataset.chunk_rows();
  if (layout.chunk_rows > 0) layout.chunks = ceil_divide(layout.rows, layout.chunk_rows);
  return layout;
}

bool has_packed_records(const hdf5::Dataset& dataset) {
  if constexpr (std::endian::native != std::endian::little) return false;
  return H5Tequal(dataset.type(), record_type(H5T_STD_I64LE, H5T_IEEE_F32LE)) > 0;
}

}  // namespace jetrain
