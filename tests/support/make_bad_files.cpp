// make_bad_files FOLDER: small files in the reference layout, good ones and ones with a single thing wrong,
// for the tests of how the program meets bad input. Labels alternate, QCD first.
#include <fmt/format.h>
#include <hdf5.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "io/hdf5.hpp"
#include "layouts/pandas_attributes.hpp"
#include "layouts/reference_table_writer.hpp"

namespace {

using namespace jetrain;

constexpr std::size_t kPx = 1;  // E, px, py, pz of constituent 0 stand first

/// Three massless constituents; tops are wider than QCD jets.
ReferenceRecord good_record(std::int64_t row) {
  const std::int64_t label = row % 2;
  const float opening = label == 1 ? 0.3F : 0.05F;
  ReferenceRecord record{};
  record.index = row;
  const float across[] = {0.0F, opening, -opening};
  for (std::size_t i = 0; i < 3; ++i) {
    const float px = 300.0F / static_cast<float>(i + 1) + 0.1F * static_cast<float>(row % 50);
    const float py = across[i] * px;
    const float pz = 0.2F * across[i] * px;
    record.block_0[4 * i] = std::sqrt(px * px + py * py + pz * pz);
    record.block_0[4 * i + 1] = px;
    record.block_0[4 * i + 2] = py;
    record.block_0[4 * i + 3] = pz;
  }
  record.block_1 = {0, label};
  return record;
}

void write_jets(const std::string& path, std::int64_t rows,
                const std::function<void(ReferenceRecord&)>& change) {
  const Communicator self = Communicator::self();
  ReferenceTableWriter writer(path, rows, Compression::blosc, self);
  std::vector<ReferenceRecord> records;
  for (std::int64_t row = 0; row < rows; ++row) change(records.emplace_back(good_record(row)));
  writer.write(0, records);
  writer.close();
}

/// A /table/table of `rows` rows with `floats` numbers in values_block_0, without data, but with pandas'
/// attributes, which name 804 of them.
void write_empty_table(const std::string& path, hsize_t floats, std::int64_t rows) {
  const hdf5::Handle file = hdf5::create_file(path);
  const hsize_t two = 2;
  const hdf5::Handle block_0(H5Tarray_create2(H5T_IEEE_F32LE, 1, &floats), H5Tclose);
  const hdf5::Handle block_1(H5Tarray_create2(H5T_STD_I64LE, 1, &two), H5Tclose);
  const hdf5::Handle type(H5Tcreate(H5T_COMPOUND, 24 + 4 * floats), H5Tclose);
  H5Tinsert(type, "index", 0, H5T_STD_I64LE);
  H5Tinsert(type, "values_block_0", 8, block_0);
  H5Tinsert(type, "values_block_1", 8 + 4 * floats, block_1);
  const hsize_t chunk_rows = 40;
  const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(creation, 1, &chunk_rows);
  const hdf5::Dataset table =
      hdf5::Dataset::create(file, "/table/table", type, {rows}, creation, hdf5::Growth::unlimited);
  write_group_attributes(hdf5::Handle(H5Gopen2(file, "/table", H5P_DEFAULT), H5Gclose));
  write_table_attributes(table.id(), rows);
}

void write_without_table(const std::string& path) {
  const hdf5::Handle file = hdf5::create_file(path);
  const hdf5::Handle group(H5Gcreate2(file, "/measurements", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Gclose);
  hdf5::check(group, "creating " + path);
}

/// Changes one row and leaves the others as they are.
std::function<void(ReferenceRecord&)> in_row(std::int64_t row,
                                             const std::function<void(ReferenceRecord&)>& change) {
  return [=](ReferenceRecord& record) {
    if (record.index == row) change(record);
  };
}

}  // namespace

int main(int argc, char** argv) {
  const Environment environment(argc, argv);
  if (argc != 2) {
    fmt::print(stderr, "usage: make_bad_files FOLDER\n");
    return 2;
  }
  const auto path = [&](const char* name) { return fmt::format("{}/{}", argv[1], name); };
  const auto unchanged = [](ReferenceRecord&) {};

  write_jets(path("good.h5"), 200, unchanged);
  write_jets(path("four_jets.h5"), 4, unchanged);
  write_jets(path("label_two.h5"), 200, in_row(137, [](auto& record) { record.block_1[1] = 2; }));
  write_jets(path("nan.h5"), 200, in_row(141, [](auto& record) {
               record.block_0[kPx] = std::numeric_limits<float>::quiet_NaN();
             }));
  write_jets(path("infinite.h5"), 200, in_row(7, [](auto& record) {
               record.block_0[4 + kPx] = std::numeric_limits<float>::infinity();
             }));
  write_jets(path("train_all_qcd.h5"), 200, [](ReferenceRecord& record) {
    if (record.index < 140) record.block_1[1] = 0;
  });
  write_jets(path("validation_all_top.h5"), 200, [](ReferenceRecord& record) {
    if (record.index >= 140) record.block_1[1] = 1;
  });
  write_empty_table(path("wrong_dimensions.h5"), 100, 80);
  write_empty_table(path("zero_rows.h5"), 804, 0);
  write_without_table(path("no_table.h5"));
  return 0;
}
