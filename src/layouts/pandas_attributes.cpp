#include "layouts/pandas_attributes.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "io/attributes.hpp"
#include "layouts/pickle.hpp"
#include "layouts/reference_columns.hpp"

namespace jetrain {
namespace {

void append_texts(Pickle& pickle, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) pickle.text(text).append();
}

std::string pickled_list(const std::vector<std::string>& texts) {
  Pickle pickle;
  pickle.begin_list();
  append_texts(pickle, texts);
  return pickle.finish();
}

/// [(1, [all column names])]
std::string non_index_axes() {
  Pickle pickle;
  pickle.begin_list().mark().integer(1).begin_list();
  append_texts(pickle, reference_block_0());
  append_texts(pickle, reference_block_1());
  return pickle.tuple().append().finish();
}

/// [(0, "index")]
std::string index_columns() {
  return Pickle().begin_list().mark().integer(0).text("index").tuple().append().finish();
}

/// {1: {"names": [None], "type": "Index"}, "index": {}, "values_block_0": {}, "values_block_1": {}}
std::string info() {
  Pickle pickle;
  pickle.begin_dict().integer(1).begin_dict();
  pickle.text("names").begin_list().none().append().set_item();
  pickle.text("type").text("Index").set_item().set_item();
  for (const char* name : {"index", "values_block_0", "values_block_1"}) {
    pickle.text(name).begin_dict().set_item();
  }
  return pickle.finish();
}

void write_identity(hid_t object, const std::string& kind, const std::string& version) {
  hdf5::write_attribute(object, "CLASS", kind);
  hdf5::write_attribute(object, "TITLE", std::string());
  hdf5::write_attribute(object, "VERSION", version);
}

}  // namespace

void write_root_attributes(hid_t root) {
  write_identity(root, "GROUP", "1.0");
  hdf5::write_attribute(root, "PYTABLES_FORMAT_VERSION", "2.1");
}

void write_group_attributes(hid_t group) {
  write_identity(group, "GROUP", "1.0");
  hdf5::write_attribute(group, "pandas_type", "frame_table");
  hdf5::write_attribute(group, "pandas_version", "0.15.2");
  hdf5::write_attribute(group, "table_type", "appendable_frame");
  hdf5::write_pickle(group, "index_cols", index_columns());
  hdf5::write_pickle(group, "values_cols", pickled_list({"values_block_0", "values_block_1"}));
  hdf5::write_pickle(group, "non_index_axes", non_index_axes());
  hdf5::write_pickle(group, "data_columns", pickled_list({}));
  hdf5::write_attribute(group, "nan_rep", "nan");
  hdf5::write_attribute(group, "encoding", "UTF-8");
  hdf5::write_attribute(group, "errors", "strict");
  hdf5::write_attribute(group, "levels", std::int64_t{1});
  hdf5::write_pickle(group, "info", info());
}

void write_table_attributes(hid_t table, std::int64_t rows) {
  write_identity(table, "TABLE", "2.7");
  const char* const names[] = {"index", "values_block_0", "values_block_1"};
  for (int i = 0; i < 3; ++i) hdf5::write_attribute(table, fmt::format("FIELD_{}_NAME", i), names[i]);
  hdf5::write_attribute(table, "FIELD_0_FILL", std::int64_t{0});
  hdf5::write_attribute(table, "FIELD_1_FILL", 0.0F);
  hdf5::write_attribute(table, "FIELD_2_FILL", std::int64_t{0});
  hdf5::write_attribute(table, "NROWS", rows);
  hdf5::write_attribute(table, "index_kind", "integer");
  hdf5::write_pickle(table, "values_block_0_kind", pickled_list(reference_block_0()));
  hdf5::write_attribute(table, "values_block_0_dtype", "float32");
  hdf5::write_pickle(table, "values_block_0_meta", Pickle().none().finish());
  hdf5::write_pickle(table, "values_block_1_kind", pickled_list(reference_block_1()));
  hdf5::write_attribute(table, "values_block_1_dtype", "int64");
  hdf5::write_pickle(table, "values_block_1_meta", Pickle().none().finish());
}

}  // namespace jetrain
