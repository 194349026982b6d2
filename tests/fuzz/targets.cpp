#include "targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <stdexcept>

#include "dataset/array_file.hpp"
#include "dataset/sample_cache.hpp"
#include "inference/model_file.hpp"
#include "io/hdf5_file.hpp"
#include "jets/image.hpp"
#include "layouts/jet_source.hpp"
#include "layouts/reference_table_writer.hpp"
#include "run/checkpoint_file.hpp"
#include "samples/sample_maker.hpp"
#include "scores/prediction_file.hpp"
#include "scores/score_file.hpp"
#include "scratch.hpp"

namespace jetrain::fuzz {
namespace {

Outcome try_config(const std::string& text) {
  return outcome_of([&] {
    const Config config = parse_config(text, "fuzz.yaml", {}, false);
    const std::string resolved = to_yaml(config);
    if (to_yaml(parse_config(resolved, "resolved.yaml", {}, false)) != resolved)
      throw std::logic_error("a resolved config resolves to something else");
    make_model(config);
  });
}

std::vector<std::string> config_seeds() {
  // Among the mutants of the last are texts whose aliases stand inside of what they stand for.
  return {kSmallConfig, to_yaml(small_config()),
          "seed: &n 4\ndata: {files: [a.h5]}\nimage: &i {bins: *n}\ntrain: {batch_size: *n}\n"
          "model: {layers: [flatten, &d {dense: {units: *n}}, *d, dense: {units: 2, activation: softmax}]}\n",
          kSmallSetConfig, to_yaml(small_set_config())};
}

std::vector<std::string> model_seeds() {
  return {written_by([](const std::string& path) {
    const Config config = small_config();
    Model model = make_model(config);
    model.initialize(config.seed);
    save_model(path, config, model, model.parameters());
  })};
}

Outcome try_model(const std::string& bytes) {
  put(bytes);
  return outcome_of([] { load_model(scratch_file(), Communicator::self()); });
}

std::vector<std::string> checkpoint_seeds() {
  TrainingState state;
  state.parameters = {1.5F, 2.5F, 3.5F};
  state.best_parameters = {4.5F, 5.5F, 6.5F};
  state.optimizer = {{7.5F, 8.5F, 9.5F}, {10.5F, 11.5F, 12.5F}};
  state.history.resize(2);
  return {written_by([&](const std::string& path) {
    save_checkpoint(path, {small_config(), "fingerprint", state});
  })};
}

Outcome try_checkpoint(const std::string& bytes) {
  put(bytes);
  return outcome_of([] { load_checkpoint(scratch_file()); });
}

std::vector<std::string> jet_seeds() {
  std::vector<std::string> seeds;
  for (const Compression compression : {Compression::blosc, Compression::gzip, Compression::none}) {
    seeds.push_back(written_by([&](const std::string& path) {
      const Communicator self = Communicator::self();
      ReferenceTableWriter writer(path, 50, compression, self);
      std::vector<ReferenceRecord> records(50);
      for (std::size_t i = 0; i < records.size(); ++i) {
        ReferenceRecord& record = records[i];
        record.index = static_cast<std::int64_t>(i);
        record.block_0.fill(0);
        for (std::size_t c = 0; c < 5 * 4; ++c)
          record.block_0[c] = static_cast<float>(100 - c) + static_cast<float>(i % 7);
        record.block_1 = {static_cast<std::int64_t>(i % 3), static_cast<std::int64_t>(i % 2)};
      }
      writer.write(0, records);
      writer.close();
    }));
  }
  return seeds;
}

Outcome try_jets(const std::string& bytes) {
  put(bytes);
  return outcome_of([] {
    const Communicator self = Communicator::self();
    const JetSource source({scratch_file()}, self);
    const SampleMaker images(small_config());
    const SampleMaker sets(small_set_config());
    std::int64_t rows = 0;
    source.read(
        {0, source.rows()},
        [&](std::int64_t, const JetBlock& block) {
          SampleDraft image;  // each thread has its own
          SampleDraft set;
          std::vector<float> room;
          for (std::int64_t i = 0; i < block.rows; ++i) {
            const std::span<const float> places = block.constituents(i, room);
            images.make(places, true, image);
            sets.make(places, true, set);
            static_cast<void>(block.label(i));
            static_cast<void>(block.set(i));
          }
        },
        [&](std::int64_t) { ++rows; });
  });
}

constexpr std::int64_t kCacheSamples = 20;
const std::vector<std::uint16_t> kCachePositions{1, 5, 30};
const std::vector<float> kCacheValues{0.25F, 1.0F, 0.5F};

std::vector<std::string> cache_seeds() {
  LoadedSamples loaded;
  for (SampleSet& set : loaded.sets) set.begins = {0, 0};
  SampleSet& set = loaded[Set::train];
  for (std::int64_t i = 0; i < kCacheSamples; ++i)
    set.samples.append({{kCachePositions, kCacheValues}, static_cast<std::uint8_t>(i % 2)});
  set.begins = {0, set.samples.size()};
  loaded.rows_read = kCacheSamples;
  return {written_by([&](const std::string& path) {
    write_sample_cache(path, "key", {Set::train}, loaded, Communicator::self());
  })};
}

Outcome try_cache(const std::string& bytes) {
  put(bytes);
  return outcome_of([] {
    const LoadedSamples loaded = read_sample_cache(
        scratch_file(), "key", {Set::train}, [](Set) { return sample_layout(small_config()); },
        Communicator::self());
    const SampleStore& samples = loaded[Set::train].samples;
    bool same = samples.size() == kCacheSamples && loaded.rows_read == kCacheSamples;
    for (std::int64_t i = 0; same && i < samples.size(); ++i) {
      const SampleView sample = samples[i];
      same = sample.label == i % 2 && std::ranges::equal(sample.input.positions, kCachePositions) &&
             std::ranges::equal(sample.input.values, kCacheValues);
    }
    if (!same) throw std::logic_error("a damaged cache is read as other samples");
  });
}

const std::vector<float> kCacheMomenta{9, 5, 4, 3, 7, 2, 3, 4, 3, 1, 1, 2};
const std::vector<float> kCacheJet{20, 9, 8.5F, 9};

/// Sample i of a cache of sets: some have no constituent.
SampleView cached_set(std::int64_t i) {
  const auto constituents = static_cast<std::size_t>(i % 4);
  SampleView sample{{}, static_cast<std::uint8_t>(i % 2)};
  sample.constituents = {std::span(kCacheMomenta).first(4 * constituents), 4};
  sample.jet = kCacheJet;
  return sample;
}

std::vector<std::string> set_cache_seeds() {
  LoadedSamples loaded;
  for (SampleSet& set : loaded.sets) set.begins = {0, 0};
  SampleSet& set = loaded[Set::train];
  set.layout = sample_layout(small_set_config());
  for (std::int64_t i = 0; i < kCacheSamples; ++i) set.samples.append(cached_set(i));
  set.begins = {0, set.samples.size()};
  loaded.rows_read = kCacheSamples;
  return {written_by([&](const std::string& path) {
    write_sample_cache(path, "key", {Set::train}, loaded, Communicator::self());
  })};
}

Outcome try_set_cache(const std::string& bytes) {
  put(bytes);
  return outcome_of([] {
    const LoadedSamples loaded = read_sample_cache(
        scratch_file(), "key", {Set::train}, [](Set) { return sample_layout(small_set_config()); },
        Communicator::self());
    const SampleStore& samples = loaded[Set::train].samples;
    bool same = samples.size() == kCacheSamples && loaded.rows_read == kCacheSamples;
    for (std::int64_t i = 0; same && i < samples.size(); ++i) {
      const SampleView sample = samples[i];
      const SampleView wanted = cached_set(i);
      same = sample.label == wanted.label && sample.constituents.width == wanted.constituents.width &&
             std::ranges::equal(sample.constituents.values, wanted.constituents.values) &&
             std::ranges::equal(sample.jet, wanted.jet);
    }
    if (!same) throw std::logic_error("a damaged cache is read as other sets");
  });
}

/// Labels are classes, or, of a regression, targets.
Config array_config(bool regression) {
  const std::string rest = regression
                               ? "model: {layers: [flatten, dense: {units: 2}]}\n"
                                 "train: {loss: mean_squared_error}\n"
                               : "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n";
  return parse_config("data: {files: [" + scratch_file() + "], arrays: {features: x, labels: y}}\n" + rest,
                      "arrays.yaml");
}

std::vector<std::string> array_seeds() {
  const std::vector<float> values(20 * 2 * 3 * 2, 0.5F);
  const std::vector<std::uint8_t> labels(20, 1);
  const auto seed = [&](const std::vector<std::int64_t>& shape, bool regression) {
    return written_by([&](const std::string& path) {
      hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
        hdf5::write_array(file, "x", shape, values.data());
        if (regression) {
          hdf5::write_array(file, "y", {20, 2}, values.data());
        } else {
          hdf5::write_array(file, "y", {20}, labels.data());
        }
      });
    });
  };
  return {seed({20, 12}, false), seed({20, 2, 3, 2}, false), seed({20, 12}, true)};
}

Outcome try_arrays(const std::string& bytes) {
  put(bytes);
  const auto as = [](bool regression) {
    return outcome_of([&] {
      const Communicator self = Communicator::self();
      Config config = array_config(regression);
      complete_arrays(config, self);
      make_model(config);
      load_samples(config, {Set::train, Set::validation}, self);
    });
  };
  const Outcome classes = as(false);
  const Outcome targets = as(true);
  return classes == Outcome::accepted ? classes : targets;
}

/// As `jetrain predict` writes them.
std::string predictions(const char* ending) {
  const std::string path = scratch_file() + ending;
  const auto file = PredictionFile::create(path, 10, {true, {"0", "1"}});
  file->append({{0, 1, 2}, {1, 0, 1}, {0.5F, 0.25F, 0.75F}, {0.5F, 0.5F, 0.75F, 0.25F, 0.25F, 0.75F}});
  file->complete();
  std::filesystem::rename(path, scratch_file());
  return content_of(scratch_file());
}

/// A file of scores of each kind.
std::vector<std::string> score_seeds() {
  const std::vector<double> scores(20, 0.5);
  const std::vector<std::int64_t> labels(20, 1);
  const std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (20,), }\n";
  std::string npy("\x93NUMPY\x01\x00", 8);
  npy += {static_cast<char>(header.size()), '\0'};
  npy += header;
  npy.append(reinterpret_cast<const char*>(labels.data()), labels.size() * sizeof(std::int64_t));
  return {npy,
          predictions(".csv"),
          predictions(".h5"),
          "row,label,score\r\n0,1,0.5\r\n1,0,2.5e-1\r\n",
          "# score label\n0.5 1\n",
          written_by([&](const std::string& path) {
            hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
              hdf5::write_array(file, "score", {10, 2}, scores.data());
              hdf5::write_array(file, "label", {10, 2}, labels.data());
              hdf5::write_array(file, "row", {10}, labels.data());
            });
          })};
}

Outcome try_scores(const std::string& bytes) {
  put(bytes);
  if (bytes.starts_with("\x89HDF")) return outcome_of([] { read_score_files({scratch_file()}, {}); });
  const std::string path = scratch_file() + (bytes.starts_with("\x93") ? ".npy" : ".csv");
  std::filesystem::rename(scratch_file(), path);
  const Outcome outcome = outcome_of([&] { read_score_files({path, path}, {}); });
  std::filesystem::remove(path);
  return outcome;
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = [] {
    std::vector<Target> own = {
        {"config", false, config_seeds, try_config},
        {"model", true, model_seeds, try_model},
        {"checkpoint", true, checkpoint_seeds, try_checkpoint},
        {"jets", false, jet_seeds, try_jets},
        {"cache", false, cache_seeds, try_cache},
        {"set_cache", false, set_cache_seeds, try_set_cache},
        {"arrays", false, array_seeds, try_arrays},
        {"scores", false, score_seeds, try_scores},
    };
    for (const std::vector<Target>& more : {exchange_targets(), layout_targets(), record_targets()})
      own.insert(own.end(), more.begin(), more.end());
    return own;
  }();
  return all;
}

const Target& target_named(const std::string& name) {
  std::string names;
  for (const Target& target : targets()) {
    if (target.name == name) return target;
    names += fmt::format(" {}", target.name);
  }
  throw std::invalid_argument(fmt::format("no fuzz target {}; there are:{}", name, names));
}

std::string resealed(const std::string& bytes) {
  const std::size_t seal = bytes.rfind("\njetrain seal ");
  const std::string image = bytes.substr(0, seal);
  const auto raw = std::as_bytes(std::span(image));
  const std::vector<std::byte> with = hdf5::sealed({raw.begin(), raw.end()});
  return {reinterpret_cast<const char*>(with.data()), with.size()};
}

}  // namespace jetrain::fuzz
