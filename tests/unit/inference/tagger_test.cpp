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
std::vector<float> predicted(const std::string& model, const std::string& path,
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
  return without_rows(score_rows(stored.model, rows, rows.range(), self)).scores;
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
  std::vector<float> many;
  for (std::size_t i = 0; i < 9; ++i) {
    const auto jet = std::span(jets).subspan(i * kJet, kJet);
    few.insert(few.end(), jet.begin(), jet.begin() + kFew);
    padded.insert(padded.end(), jet.begin(), jet.begin() + kFew);
    padded.resize((i + 1) * kJet);
    many.insert(many.end(), jet.begin(), jet.end());
    many.resize((i + 1) * kMany, 1.0F);
  }
  EXPECT_EQ(tagger.score(few, 30), tagger.score(padded));
  EXPECT_EQ(tagger.score(many, 250), tagger.score(jets));
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
