// From a file to sparse images, step by step, on all ranks together. Collective: all ranks run equally many
// iterations.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "comm/communicator.hpp"
#include "dataset/sample_loader.hpp"
#include "generated_jets.hpp"
#include "jets/image.hpp"
#include "layouts/jet_source.hpp"
#include "layouts/reference_table_writer.hpp"
#include "report.hpp"
#include "shared_folder.hpp"

namespace jetrain::bench {
namespace {

/// The generated jets in a file that is in the page cache.
class JetFile {
 public:
  JetFile(Compression compression, const Communicator& comm) : folder_(comm), path_(folder_.file("jets.h5")) {
    ReferenceTableWriter writer(path_, kGeneratedJets, compression, comm);
    const RowRange mine = writer.range();
    writer.write(mine.first,
                 std::span(generated_records())
                     .subspan(static_cast<std::size_t>(mine.first), static_cast<std::size_t>(mine.size())));
    writer.close();
  }
  const std::string& path() const { return path_; }

 private:
  SharedTemporaryFolder folder_;
  std::string path_;
};

void report_jets(benchmark::State& state) {
  report_rate(state, "jets/s", kGeneratedJets);
}

/// Reading, decompression and decoding, for a consumer that does nothing.
void read_jets(benchmark::State& state, Compression compression) {
  const Communicator world = Communicator::world();
  const JetFile file(compression, world);
  const JetSource source({file.path()}, world);
  const RowRange mine = source.slice({0, source.rows()}, world.rank(), world.size());
  for (auto _ : state) {
    source.read(
        mine, [](std::int64_t, const JetBlock& block) { benchmark::DoNotOptimize(block.raw); },
        [](std::int64_t) {});
    world.barrier();
  }
  report_jets(state);
}
BENCHMARK_CAPTURE(read_jets, blosc, Compression::blosc)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(read_jets, none, Compression::none)->UseRealTime()->Iterations(50);

/// Records in memory to images that nobody keeps.
void make_images(benchmark::State& state) {
  const Communicator world = Communicator::world();
  const ImageMaker maker{ImageConfig{}};
  const std::vector<ReferenceRecord>& records = generated_records();
  const std::int64_t first = kGeneratedJets * world.rank() / world.size();
  const std::int64_t last = kGeneratedJets * (world.rank() + 1) / world.size();
  for (auto _ : state) {
#pragma omp parallel for schedule(dynamic, 40)
    for (std::int64_t row = first; row < last; ++row) {
      std::array<std::uint16_t, kConstituents> pixels;
      std::array<float, kConstituents> values;
      std::int64_t count = 0;
      const auto momenta = std::span(records[static_cast<std::size_t>(row)].block_0);
      maker.make(momenta.first<4 * kConstituents>(), pixels.data(), values.data(), count);
      benchmark::DoNotOptimize(values);
    }
    world.barrier();
  }
  report_jets(state);
}
BENCHMARK(make_images)->UseRealTime()->Iterations(50);

/// Both, into a sparse store.
void load_jets(benchmark::State& state, Compression compression) {
  const Communicator world = Communicator::world();
  const JetFile file(compression, world);
  const Config config;
  const SelectedRows rows = SelectedRows::everything({file.path()}, config, Set::train, world);
  for (auto _ : state) {
    std::vector<LoadedSamples> loaded(1);
    read_samples(rows, loaded, world);
    benchmark::DoNotOptimize(loaded.front().own_rows);
  }
  report_jets(state);
}
BENCHMARK_CAPTURE(load_jets, blosc, Compression::blosc)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(load_jets, none, Compression::none)->UseRealTime()->Iterations(50);

}  // namespace
}  // namespace jetrain::bench
