// Reading jets of other layouts than the reference table (whose lines are read_jets), for a consumer that
// does nothing. Collective: all ranks run equally many iterations.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "exchange/npy_array.hpp"
#include "generated_jets.hpp"
#include "io/dataset.hpp"
#include "io/zip_archive.hpp"
#include "layouts/row_reader.hpp"
#include "report.hpp"
#include "shared_folder.hpp"

namespace jetrain::bench {
namespace {

constexpr std::int64_t kParts = 200;
constexpr std::array<const char*, 4> kComponents{"E", "px", "py", "pz"};

/// (jets, 200, 4)
std::vector<float> momenta() {
  std::vector<float> values;
  for (const ReferenceRecord& record : generated_records())
    values.insert(values.end(), record.block_0.begin(), record.block_0.begin() + 4 * kParts);
  return values;
}

void write_array(hid_t file, const std::string& name, const std::vector<std::int64_t>& shape,
                 const std::vector<hsize_t>& chunk, const std::vector<float>& values) {
  const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!chunk.empty()) {
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_deflate(creation, 4);
  }
  hdf5::Dataset::create<float>(file, name, shape, creation).write_rows(0, values);
}

/// A dataset a component; chunks as h5py chooses them by itself are given by `chunk`, or none.
void write_four(const std::string& path, const std::vector<hsize_t>& chunk) {
  const std::vector<float> all = momenta();
  const hdf5::Handle file = hdf5::create_file(path);
  for (std::size_t c = 0; c < kComponents.size(); ++c) {
    std::vector<float> one;
    for (std::size_t i = c; i < all.size(); i += kComponents.size()) one.push_back(all[i]);
    write_array(file, kComponents[c], {kGeneratedJets, kParts}, chunk, one);
  }
}

void write_one(const std::string& path, const std::vector<hsize_t>& chunk) {
  const hdf5::Handle file = hdf5::create_file(path);
  write_array(file, "X", {kGeneratedJets, kParts, 4}, chunk, momenta());
}

void write_npz(const std::string& path) {
  const std::string bytes = zip_bytes({{"X.npy", npy_bytes({kGeneratedJets, kParts, 4}, momenta())}});
  std::ofstream(path, std::ios::binary) << bytes;
}

enum class Layout { four_gzip, four_plain, one_gzip, one_plain, npz };

void write_layout(Layout layout, const std::string& path) {
  switch (layout) {
    case Layout::four_gzip:
      return write_four(path, {500, 25});
    case Layout::four_plain:
      return write_four(path, {});
    case Layout::one_gzip:
      return write_one(path, {500, 25, 1});
    case Layout::one_plain:
      return write_one(path, {});
    case Layout::npz:
      return write_npz(path);
  }
}

void read_layout(benchmark::State& state, Layout layout) {
  const Communicator world = Communicator::world();
  const SharedTemporaryFolder folder(world);
  const std::string path = folder.file("jets");
  world.agree([&] {
    if (world.is_root()) write_layout(layout, path);
  });
  FileColumns file(path, "", world);
  std::vector<std::size_t> wanted;
  file.together(world, [&] {
    for (const char* name : {"X", "E", "px", "py", "pz"}) {
      if (const auto found = file.try_find(name)) wanted.push_back(found->places[0].array);
    }
  });
  const RowReader reader(file, wanted);
  const auto border = [&](std::int64_t rank) {
    if (rank == world.size()) return reader.rows();
    return reader.rows() * rank / world.size() / reader.border_rows() * reader.border_rows();
  };
  const RowRange mine{border(world.rank()), border(world.rank() + 1)};
  for (auto _ : state) {
    reader.read(
        mine, [&](std::int64_t, const RawRows& rows) { benchmark::DoNotOptimize(rows.row(wanted[0], 0)); },
        [](std::int64_t) {});
    world.barrier();
  }
  report_rate(state, "jets/s", kGeneratedJets);
}
BENCHMARK_CAPTURE(read_layout, four_datasets_gzip, Layout::four_gzip)->UseRealTime()->Iterations(20);
BENCHMARK_CAPTURE(read_layout, four_datasets, Layout::four_plain)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(read_layout, one_array_gzip, Layout::one_gzip)->UseRealTime()->Iterations(20);
BENCHMARK_CAPTURE(read_layout, one_array, Layout::one_plain)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(read_layout, npz, Layout::npz)->UseRealTime()->Iterations(50);

}  // namespace
}  // namespace jetrain::bench
