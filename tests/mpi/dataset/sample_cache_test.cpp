#include "dataset/sample_cache.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dataset/fingerprint.hpp"
#include "io/hdf5.hpp"
#include "jetrain/error.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

const std::vector<Set> kWanted{Set::train, Set::validation};

/// Of the samples that the tests make.
SampleLayout small_layout(Set) {
  SampleLayout layout;
  layout.input = {1, 8, 8};
  return layout;
}

/// A folder that all ranks share, with a cache in it.
class SampleCache : public testing::Test {
 protected:
  SampleCache() : world_(Communicator::world()) {
    const std::string name = "jetrain_cache_" + std::to_string(getpid());
    folder_ = world_.broadcast((std::filesystem::temp_directory_path() / name).string());
    if (world_.is_root()) std::filesystem::create_directories(folder_);
    world_.barrier();
  }
  ~SampleCache() override {
    world_.barrier();
    std::error_code ignored;
    if (world_.is_root()) std::filesystem::remove_all(folder_, ignored);
  }

  std::string cache() const { return folder_ + "/cache.h5"; }

  /// `samples` in each wanted set, in the shares of jagged loading: rank r has about r + 1 parts.
  LoadedSamples make_samples(std::int64_t samples) const {
    LoadedSamples loaded;
    loaded.rows_read = 2 * samples + 7;
    loaded.rows_skipped = 3;
    const std::int64_t parts = std::int64_t{world_.size()} * (world_.size() + 1) / 2;
    for (SampleSet& set : loaded.sets) set.begins.assign(static_cast<std::size_t>(world_.size()) + 1, 0);
    for (const Set which : kWanted) {
      SampleSet& set = loaded[which];
      for (std::int64_t r = 0; r <= world_.size(); ++r)
        set.begins[static_cast<std::size_t>(r)] = samples * (r * (r + 1) / 2) / parts;
      const auto me = static_cast<std::size_t>(world_.rank());
      for (std::int64_t i = set.begins[me]; i < set.begins[me + 1]; ++i) append(i, which, set.samples);
    }
    return loaded;
  }

  /// Sample number `i` of a set; some have no entries.
  static void append(std::int64_t i, Set set, SampleStore& store) {
    std::vector<std::uint16_t> positions;
    std::vector<float> values;
    for (std::int64_t k = 0; k < i % 11; ++k) {
      positions.push_back(static_cast<std::uint16_t>(i % 7 + 5 * k));
      values.push_back(static_cast<float>(i) + 0.01F * static_cast<float>(k) +
                       (set == Set::train ? 0.0F : 0.5F));
    }
    store.append({{positions, values}, static_cast<std::uint8_t>(i % 2)});
  }

  void expect_equal_shares(const LoadedSamples& loaded, std::int64_t samples) const {
    EXPECT_TRUE(loaded.from_cache);
    EXPECT_EQ(loaded.rows_read, 2 * samples + 7);
    EXPECT_EQ(loaded.rows_skipped, 3);
    for (const Set which : kWanted) {
      const SampleSet& set = loaded[which];
      ASSERT_EQ(set.total(), samples);
      const std::int64_t first = samples * world_.rank() / world_.size();
      const std::int64_t last = samples * (world_.rank() + 1) / world_.size();
      ASSERT_EQ(set.begins[static_cast<std::size_t>(world_.rank())], first);
      ASSERT_EQ(set.samples.size(), last - first);
      SampleStore wanted;
      for (std::int64_t i = first; i < last; ++i) append(i, which, wanted);
      for (std::int64_t i = 0; i < wanted.size(); ++i) {
        ASSERT_TRUE(std::ranges::equal(set.samples[i].input.positions, wanted[i].input.positions))
            << "sample " << first + i;
        ASSERT_TRUE(std::ranges::equal(set.samples[i].input.values, wanted[i].input.values))
            << "sample " << first + i;
        ASSERT_EQ(set.samples[i].label, wanted[i].label) << "sample " << first + i;
      }
    }
    EXPECT_EQ(loaded[Set::test].total(), 0);
  }

  /// What reading the cache says on every rank.
  std::string refusal(const std::string& key) const {
    try {
      read_sample_cache(cache(), key, kWanted, small_layout, world_);
    } catch (const CollectiveError& error) {
      return error.what();
    }
    return "";
  }

  void flip_byte(std::int64_t at) const {
    world_.barrier();
    if (world_.is_root()) {
      std::fstream file(cache(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(at);
      const auto byte = static_cast<char>(file.get() ^ 0x10);
      file.seekp(at);
      file.put(byte);
    }
    world_.barrier();
  }

  std::int64_t bytes() const { return static_cast<std::int64_t>(std::filesystem::file_size(cache())); }

  Communicator world_;
  std::string folder_;
};

// 1 sample leaves ranks without any; 40,000 take several turns of writing.
TEST_F(SampleCache, GivesBackWhatWasWrittenInEqualShares) {
  for (const std::int64_t samples : {0, 1, 1000, 40000}) {
    write_sample_cache(cache(), "key", kWanted, make_samples(samples), world_);
    expect_equal_shares(read_sample_cache(cache(), "key", kWanted, small_layout, world_), samples);
  }
}

TEST_F(SampleCache, WrittenByAllRanksIsReadByOne) {
  write_sample_cache(cache(), "key", kWanted, make_samples(1000), world_);
  const LoadedSamples loaded = read_sample_cache(cache(), "key", kWanted, small_layout, Communicator::self());
  ASSERT_EQ(loaded[Set::train].samples.size(), 1000);
  EXPECT_EQ(loaded[Set::validation].samples[999].input.values[0], 999.5F);
}

TEST_F(SampleCache, NoticesAnotherKey) {
  write_sample_cache(cache(), "key", kWanted, make_samples(100), world_);
  EXPECT_NE(refusal("other key").find("is stale"), std::string::npos) << refusal("other key");
}

TEST_F(SampleCache, NoticesAFlippedByte) {
  write_sample_cache(cache(), "key", kWanted, make_samples(40000), world_);
  for (const std::int64_t percent : {20, 45, 70, 95}) {
    flip_byte(bytes() * percent / 100);
    EXPECT_NE(refusal("key").find("is damaged"), std::string::npos) << percent << " %: " << refusal("key");
    flip_byte(bytes() * percent / 100);
  }
  EXPECT_EQ(refusal("key"), "");
}

TEST_F(SampleCache, NoticesATruncatedFile) {
  write_sample_cache(cache(), "key", kWanted, make_samples(1000), world_);
  world_.barrier();
  for (const std::int64_t left : {bytes() - 1, bytes() / 2, std::int64_t{100}, std::int64_t{0}}) {
    world_.barrier();
    if (world_.is_root()) std::filesystem::resize_file(cache(), static_cast<std::uintmax_t>(left));
    world_.barrier();
    EXPECT_NE(refusal("key").find("is damaged"), std::string::npos) << left << " bytes: " << refusal("key");
  }
}

TEST_F(SampleCache, RefusesOtherHdf5Files) {
  if (world_.is_root()) hdf5::create_file(cache());
  world_.barrier();
  EXPECT_NE(refusal("key").find("no image cache"), std::string::npos) << refusal("key");
}

TEST_F(SampleCache, KeepsWeights) {
  const auto weighted_layout = [](Set set) {
    SampleLayout layout = small_layout(set);
    layout.weighted = true;
    return layout;
  };
  const auto weight_of = [](std::int64_t i) { return static_cast<float>(i % 13) / 4 - 1; };
  LoadedSamples made = make_samples(40000);
  for (const Set which : kWanted) {
    SampleSet& set = made[which];
    set.layout = weighted_layout(which);
    const std::int64_t first = set.begins[static_cast<std::size_t>(world_.rank())];
    for (std::int64_t i = 0; i < set.samples.size(); ++i) set.samples.set_weight(i, weight_of(first + i));
  }
  write_sample_cache(cache(), "key", kWanted, made, world_);
  const LoadedSamples loaded = read_sample_cache(cache(), "key", kWanted, weighted_layout, world_);
  expect_equal_shares(loaded, 40000);
  for (const Set which : kWanted) {
    const std::int64_t first = loaded[which].begins[static_cast<std::size_t>(world_.rank())];
    for (std::int64_t i = 0; i < loaded[which].samples.size(); ++i)
      ASSERT_EQ(loaded[which].samples[i].weight, weight_of(first + i)) << first + i;
  }
}

/// Of jets as sets.
SampleLayout layout_of_sets(Set) {
  SampleLayout layout;
  layout.input = {1, 1, 0};
  layout.is_image = false;
  layout.constituent_columns = 4;
  return layout;
}

class SampleCacheOfSets : public SampleCache {
 protected:
  /// All samples on the last rank.
  LoadedSamples make_sets(std::int64_t samples) const {
    LoadedSamples loaded;
    for (SampleSet& set : loaded.sets) set.begins.assign(static_cast<std::size_t>(world_.size()) + 1, 0);
    for (const Set which : kWanted) {
      loaded[which].layout = layout_of_sets(which);
      loaded[which].begins.back() = samples;
      for (std::int64_t i = 0; world_.rank() + 1 == world_.size() && i < samples; ++i)
        loaded[which].samples.append(test::NumberedSet(i).view());
    }
    return loaded;
  }
  std::string refusal_of_sets() const {
    try {
      read_sample_cache(cache(), "key", kWanted, layout_of_sets, world_);
    } catch (const CollectiveError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(SampleCacheOfSets, GivesBackWhatWasWrittenInEqualShares) {
  for (const std::int64_t samples : {0, 1, 10000}) {
    write_sample_cache(cache(), "key", kWanted, make_sets(samples), world_);
    const LoadedSamples loaded = read_sample_cache(cache(), "key", kWanted, layout_of_sets, world_);
    for (const Set which : kWanted) {
      const SampleSet& set = loaded[which];
      ASSERT_EQ(set.total(), samples);
      const std::int64_t first = samples * world_.rank() / world_.size();
      ASSERT_EQ(set.samples.size(), samples * (world_.rank() + 1) / world_.size() - first);
      for (std::int64_t i = 0; i < set.samples.size(); ++i)
        ASSERT_TRUE(test::equal(set.samples[i], test::NumberedSet(first + i).view())) << first + i;
    }
  }
}

TEST_F(SampleCacheOfSets, NoticesAFlippedByte) {
  write_sample_cache(cache(), "key", kWanted, make_sets(10000), world_);
  for (const std::int64_t percent : {10, 20, 40, 60, 80, 98}) {
    flip_byte(bytes() * percent / 100);
    EXPECT_NE(refusal_of_sets().find("is damaged"), std::string::npos)
        << percent << " %: " << refusal_of_sets();
    flip_byte(bytes() * percent / 100);
  }
  EXPECT_EQ(refusal_of_sets(), "");
}

// A cache of images under the same key has no constituents.
TEST_F(SampleCacheOfSets, NoticesThatTheyAreMissing) {
  write_sample_cache(cache(), "key", kWanted, make_samples(100), world_);
  EXPECT_NE(refusal_of_sets().find("is damaged"), std::string::npos) << refusal_of_sets();
}

Config of_sets(const std::vector<std::string>& assignments = {}) {
  return parse_config(
      "model: {layers: [dense: {units: 2, activation: softmax}]}\ninput: constituents\n"
      "data: {files: " TEST_DATA_DIR "/pandas_plain.h5, on_bad_row: skip}\n",
      "sets.yaml", assignments);
}

TEST_F(SampleCacheOfSets, HasAKeyFreeOfWhatComesLater) {
  const auto key = [&](const std::vector<std::string>& assignments) {
    return sample_cache_key(of_sets(assignments), kWanted, world_);
  };
  EXPECT_EQ(key({"constituents.axis=leading", "constituents.features=[px]", "augmentation.flip=true",
                 "image.bins=20", "train.epochs=3"}),
            key({}));
  EXPECT_NE(key({"constituents.most=100"}), key({}));
  EXPECT_NE(key({"data.high_level=[mass]"}), key({}));
  EXPECT_NE(key({"input=image"}), key({}));
}

TEST_F(SampleCacheOfSets, GivesWhatTheFilesGive) {
  const LoadedSamples direct = load_samples(of_sets(), kWanted, world_);
  const Config config = of_sets({"data.cache=" + cache()});
  EXPECT_FALSE(load_samples(config, kWanted, world_).from_cache);
  const LoadedSamples loaded = load_samples(config, kWanted, world_);
  EXPECT_TRUE(loaded.from_cache);
  for (const Set which : kWanted) {
    ASSERT_GT(direct[which].total(), 0);
    EXPECT_EQ(fingerprint(loaded[which], world_), fingerprint(direct[which], world_));
    for (std::int64_t i = 0; i < direct[which].samples.size(); ++i) {
      EXPECT_EQ(direct[which].samples[i].jet.size(), 4U);
      EXPECT_EQ(direct[which].samples[i].constituents.width, 4);
    }
  }
}

TEST_F(SampleCache, IsMadeAndUsedAndMadeAnewByLoading) {
  Config config;
  config.data.files = {TEST_DATA_DIR "/pandas_blosc.h5"};
  config.data.on_bad_row = BadRow::skip;
  config.data.cache = cache();
  std::vector<std::string> said;
  const auto load = [&] {
    said.clear();
    return load_samples(config, kWanted, world_,
                        [&](LogLevel, const std::string& text) { said.push_back(text); });
  };
  Config without = config;
  without.data.cache.clear();
  const LoadedSamples direct = load_samples(without, kWanted, world_);

  EXPECT_FALSE(load().from_cache);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("wrote the image cache"), std::string::npos) << said[0];
  const LoadedSamples loaded = load();
  EXPECT_TRUE(loaded.from_cache);
  EXPECT_EQ(said.size(), 0U);
  EXPECT_EQ(loaded.rows_read, direct.rows_read);
  EXPECT_EQ(loaded.rows_skipped, direct.rows_skipped);
  for (const Set set : kWanted) EXPECT_EQ(loaded[set].total(), direct[set].total());

  config.image.flip = true;
  EXPECT_FALSE(load().from_cache);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].find("is stale: its data or settings changed; rebuilding"), std::string::npos) << said[0];
}

}  // namespace
}  // namespace jetrain
