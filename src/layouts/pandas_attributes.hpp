#pragma once

#include <hdf5.h>

#include <cstdint>

namespace jetrain {

/// The attributes by which PyTables and pandas know the file's root, the group /table and the dataset
/// /table/table as a stored DataFrame in the reference dataset's form.
void write_root_attributes(hid_t root);
void write_group_attributes(hid_t group);
void write_table_attributes(hid_t table, std::int64_t rows);

}  // namespace jetrain
