#include "jetrain/tagger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <thread>

#include "inference/model_file.hpp"
#include "inference/scoring.hpp"
#include "jetrain/generator.hpp"
#include "layouts/reference_table_writer.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

/// A model whose weights are its initial ones.
std::string write_model(const test::TemporaryFolder& folder, const std::string& yaml) {
  const Config config = parse_config(yaml, "model.yaml", {}, false);
  Model model = make_model(config);
  model.initialize(config.seed);
  save_model(folder.file("best.h5"), config, model, model.parameters());
  return folder.file("best.h5");
}

std::string jet_model(const test::TemporaryFolder& folder) {
  return write_model(folder,
                     "data: {high_level: [mass, multiplicity]}\n"
                     "image: {bins: 12, channels: [pt, energy]}\n"
                     "augmentation: {flip: true}\n"
                     "model:\n"
                     "  layers:\n"
                     "    - conv2d: {filters: 3, kernel: 3, activation: relu}\n"
                     "    - flatten\n"
                     "    - features\n"
                     "    - dense: {units: 2, activation: softmax}\n");
}

constexpr std::size_t kJet = 800;

/// (jets, 200, 4)
std::vector<float> toy_jets(std::int64_t jets) {
  std::vector<float> all;
  for (std::int64_t row = 0; row < jets; ++row) {
    const GeneratedJet jet = generate_jet(5, row, row % 2 == 0);
    all.insert(all.end(), jet.constituents.begin(), jet.constituents.end());
  }
  return all;
}

/// What `jetrain predict` says of the same jets in a file.
ScoredSlice scored_by_predict(const std::string& model, const std::string& path,
                              const std::vector<float>& jets) {
  const Communicator self = Communicator::self();
  std::vector<ReferenceRecord> records(jets.size() / kJet);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i] = {static_cast<std::int64_t>(i), {}, {0, 0}};
    std::copy_n(jets.begin() + static_cast<std::ptrdiff_t>(i * kJet), kJet, records[i].block_0.begin());
  }
  ReferenceTableWriter writer(path, std::ssize(records), Compression::blosc, self);
  writer.write(0, records);
  writer.close();
  const StoredModel stored = load_model(model, self);
  const auto rows = SelectedRows::everything({path}, stored.config, Set::test, self);
  return score_rows(stored.model, rows, rows.range(), self);
}

std::vector<float> predicted(const std::string& model, const std::string& path,
                             const std::vector<float>& jets) {
  return without_rows(scored_by_predict(model, path, jets)).scores;
}

TEST(Tagger, GivesTheScoresOfPredict) {
  const test::TemporaryFolder folder;
  const std::string model = jet_model(folder);
  const std::vector<float> jets = toy_jets(77);
  const std::vector<float> expected = predicted(model, folder.file("jets.h5"), jets);
  const Tagger tagger(model);
  EXPECT_EQ(tagger.score(jets), expected);
  EXPECT_GT(expected[0], 0.0F);
  EXPECT_NE(expected[0], expected[1]);
  std::vector<float> one_by_one;
  for (std::size_t i = 0; i < expected.size(); ++i)
    one_by_one.push_back(tagger.score(std::span(jets).subspan(i * kJet, kJet)).at(0));
  EXPECT_EQ(one_by_one, expected);
  EXPECT_EQ(tagger.weights_hash(), weights_hash(read_model(model).model.parameters()));
}

TEST(Tagger, TakesFewerAndMoreConstituentsThan200) {
  const test::TemporaryFolder folder;
  const Tagger tagger(jet_model(folder));
  const std::vector<float> jets = toy_jets(9);
  constexpr std::size_t kFew = 4 * 30;
  constexpr std::size_t kMany = 4 * 250;
  std::vector<float> few;
  std::vector<float> padded;
  std::vector<float> full;
  std::vector<float> many;
  for (std::size_t i = 0; i < 9; ++i) {
    const auto jet = std::span(jets).subspan(i * kJet, kJet);
    few.insert(few.end(), jet.begin(), jet.begin() + kFew);
    padded.insert(padded.end(), jet.begin(), jet.begin() + kFew);
    padded.resize((i + 1) * kJet);
    // Soft constituents, equal in pT, instead of padding: the first 200 are the leading ones.
    many.insert(many.end(), jet.begin(), jet.end());
    many.resize((i + 1) * kMany);
    for (std::size_t k = i * kMany; k < many.size(); k += 4) {
      if (many[k] == 0) many[k] = many[k + 1] = 1e-3F;
    }
    const auto all = std::span(many).subspan(i * kMany, kMany);
    full.insert(full.end(), all.begin(), all.begin() + kJet);
  }
  EXPECT_EQ(tagger.score(few, 30), tagger.score(padded));
  EXPECT_EQ(tagger.score(many, 250), tagger.score(full));
  EXPECT_NE(tagger.score(full), tagger.score(jets));
}

TEST(Tagger, TakesNoJetsAndEmptyJets) {
  const test::TemporaryFolder folder;
  const Tagger tagger(jet_model(folder));
  EXPECT_TRUE(tagger.score({}).empty());
  const std::vector<float> nothing(4, 0.0F);
  EXPECT_TRUE(std::isfinite(tagger.score(nothing, 1).at(0)));
}

TEST(Tagger, NamesTheFirstJetWithANan) {
  const test::TemporaryFolder folder;
  const Tagger tagger(jet_model(folder));
  std::vector<float> jets = toy_jets(50);
  jets[41 * kJet + 1] = std::numeric_limits<float>::infinity();
  jets[23 * kJet + 7] = std::numeric_limits<float>::quiet_NaN();
  try {
    tagger.score(jets);
    FAIL() << "scored a NaN";
  } catch (const BadSample& error) {
    EXPECT_EQ(error.number(), 23);
    EXPECT_THAT(error.what(), HasSubstr("jet 23: a momentum is NaN or infinite"));
  }
}

TEST(Tagger, RefusesArraysThatAreNoWholeJets) {
  const test::TemporaryFolder folder;
  const Tagger tagger(jet_model(folder));
  const std::vector<float> numbers(801);
  EXPECT_THROW(tagger.score(numbers), UsageError);
  EXPECT_THROW(tagger.score(numbers, 0), UsageError);
  EXPECT_THROW(tagger.outputs(numbers), UsageError);
  EXPECT_THROW(Tagger(folder.file("missing.h5")), DataError);
}

TEST(Tagger, ManyThreadsMayScoreAtTheSameTime) {
  const test::TemporaryFolder folder;
  const Tagger tagger(jet_model(folder));
  const std::vector<float> jets = toy_jets(40);
  const std::vector<float> expected = tagger.score(jets);
  std::vector<std::vector<float>> found(3);
  std::vector<std::thread> threads;
  for (auto& scores : found) threads.emplace_back([&] { scores = tagger.score(jets); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& scores : found) EXPECT_EQ(scores, expected);
  omp_set_num_threads(3);
  EXPECT_EQ(tagger.score(jets), expected);
  omp_set_num_threads(omp_get_num_procs());
}

std::string set_model(const test::TemporaryFolder& folder) {
  return write_model(
      folder,
      "data: {high_level: [width, tau_21]}\n"
      "input: constituents\n"
      "constituents: {most: 30, axis: weighted_mean, features: [pt_fraction, eta_rel, delta_r]}\n"
      "augmentation: {flip: true}\n"
      "model:\n"
      "  layers:\n"
      "    - dense: {units: 7, activation: relu}\n"
      "    - mean_pool\n"
      "    - features\n"
      "    - dense: {units: 2, activation: softmax}\n");
}

/// Toy jets, among them one without constituents.
std::vector<float> toy_jets_and_an_empty_one(std::int64_t jets) {
  std::vector<float> all = toy_jets(jets);
  std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(3 * kJet), kJet, 0.0F);
  return all;
}

std::size_t constituents_of(std::span<const float> jet) {
  std::size_t count = 0;
  while (4 * count < jet.size() && jet[4 * count] > 0) ++count;
  return count;
}

TEST(Tagger, GivesTheScoresOfPredictForSets) {
  const test::TemporaryFolder folder;
  const std::string model = set_model(folder);
  const std::vector<float> jets = toy_jets_and_an_empty_one(41);
  const std::vector<float> expected = predicted(model, folder.file("jets.h5"), jets);
  const Tagger tagger(model);
  EXPECT_EQ(tagger.score(jets), expected);
  for (const float score : expected) EXPECT_TRUE(score > 0 && score < 1) << score;
  EXPECT_NE(expected[0], expected[1]);
}

/// What is made of the weights for products of sets is made before any of them.
TEST(Tagger, ManyThreadsMayBeTheFirstToScoreSets) {
  const test::TemporaryFolder folder;
  const std::string model = set_model(folder);
  const std::vector<float> jets = toy_jets(3);
  const std::vector<float> expected = Tagger(model).score(jets);
  const Tagger tagger(model);
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (auto& scores : found) threads.emplace_back([&] { scores = tagger.score(jets); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& scores : found) EXPECT_EQ(scores, expected);
}

/// Whatever the number of places, the order in them, and the padding between.
TEST(Tagger, SortsSetsAndLeavesOutTheirPadding) {
  const test::TemporaryFolder folder;
  const Tagger tagger(set_model(folder));
  const std::vector<float> jets = toy_jets_and_an_empty_one(20);
  constexpr std::size_t kPlaces = 261;
  std::vector<float> mixed;
  for (std::size_t i = 0; i < 20; ++i) {
    const auto jet = std::span(jets).subspan(i * kJet, kJet);
    const std::size_t count = constituents_of(jet);
    for (std::size_t k = 0; k < kPlaces; ++k) {
      const std::size_t from = kPlaces - 1 - k;
      if (from < count) {
        mixed.insert(mixed.end(), jet.begin() + static_cast<std::ptrdiff_t>(4 * from),
                     jet.begin() + static_cast<std::ptrdiff_t>(4 * from + 4));
      } else {
        mixed.insert(mixed.end(), 4, k % 3 == 0 ? 0.0F : k % 3 == 1 ? -999.0F : NAN);
      }
    }
  }
  EXPECT_EQ(tagger.score(mixed, kPlaces), tagger.score(jets));
  std::vector<float> bad = mixed;
  bad[17 * 4 * kPlaces + 4 * (kPlaces - 1) + 2] = NAN;  // one of the leading constituent's four
  EXPECT_THROW(tagger.score(bad, kPlaces), BadSample);
}

TEST(Tagger, ScoresRaggedJets) {
  for (const auto& make : {set_model, jet_model}) {
    const test::TemporaryFolder folder;
    const Tagger tagger(make(folder));
    const std::vector<float> jets = toy_jets_and_an_empty_one(37);
    std::vector<float> momenta;
    std::vector<std::int64_t> offsets{0};
    for (std::size_t i = 0; i < 37; ++i) {
      const auto jet = std::span(jets).subspan(i * kJet, kJet);
      const auto kept = jet.first(4 * constituents_of(jet));
      momenta.insert(momenta.end(), kept.begin(), kept.end());
      offsets.push_back(std::ssize(momenta) / 4);
    }
    EXPECT_EQ(tagger.score_ragged(momenta, offsets), tagger.score(jets));
    EXPECT_TRUE(tagger.score_ragged({}, std::vector<std::int64_t>{0}).empty());
    momenta[static_cast<std::size_t>(4 * offsets[22] + 1)] = std::numeric_limits<float>::infinity();
    try {
      tagger.score_ragged(momenta, offsets);
      FAIL() << "scored an infinity";
    } catch (const BadSample& error) {
      EXPECT_EQ(error.number(), 22);
    }
  }
}

TEST(Tagger, RefusesOffsetsThatCutNoJets) {
  const test::TemporaryFolder folder;
  const Tagger tagger(set_model(folder));
  const std::vector<float> momenta(4 * 5, 1.0F);
  const auto refused = [&](const std::vector<std::int64_t>& offsets, const char* words) {
    try {
      tagger.score_ragged(momenta, offsets);
      FAIL() << "took offsets: " << words;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  };
  refused({}, "begin with 0");
  refused({1, 5}, "begin with 0");
  refused({0, 3, 2, 5}, "do not fall, but behind 3 stands 2");
  refused({0, 4}, "the last offset is 4, but there are 5 places");
  refused({0, 6}, "the last offset is 6, but there are 5 places");
  EXPECT_THROW(tagger.score_ragged(std::span(momenta).first(7), std::vector<std::int64_t>{0, 1}), UsageError);
}

TEST(Scoring, TellsWhatWasUnusualInSets) {
  const test::TemporaryFolder folder;
  const std::string model = set_model(folder);
  std::vector<float> jets = toy_jets_and_an_empty_one(9);
  std::swap_ranges(jets.begin(), jets.begin() + 4, jets.begin() + 4);
  std::fill_n(jets.end() - 4, 4, -999.0F);
  const ScoredSlice scored = scored_by_predict(model, folder.file("jets.h5"), jets);
  EXPECT_EQ(scored.notes.jets, 9);
  EXPECT_EQ(scored.notes.unsorted, 1);
  EXPECT_EQ(scored.notes.empty, 1);
  EXPECT_EQ(scored.notes.other_padding, 1);
  EXPECT_EQ(gather_scores(scored, Communicator::self()).notes.unsorted, 1);
}

TEST(Tagger, GivesAllOutputsOfAModelOfArrays) {
  const test::TemporaryFolder folder;
  const std::string path = write_model(folder,
                                       "data: {arrays: {features: x, labels: y, shape: [3]}}\n"
                                       "model: {layers: [dense: {units: 4, activation: softmax}]}\n");
  const Tagger tagger(path);
  const std::vector<float> samples{1, 0, 2, -1, 3, 0.5F};
  const std::vector<float> outputs = tagger.outputs(samples);
  ASSERT_EQ(outputs.size(), 8U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(outputs[4 * i] + outputs[4 * i + 1] + outputs[4 * i + 2] + outputs[4 * i + 3], 1, 1e-6);
  }
  EXPECT_NE(outputs[0], outputs[4]);
  const std::vector<float> bad{1, 0, 2, -1, NAN, 0.5F};
  try {
    tagger.outputs(bad);
    FAIL() << "took a NaN";
  } catch (const BadSample& error) {
    EXPECT_EQ(error.number(), 1);
  }
  EXPECT_THROW(tagger.outputs(std::span(samples).first(4)), UsageError);
  EXPECT_THROW(tagger.score(samples), UsageError);
}

}  // namespace
}  // namespace jetrain
