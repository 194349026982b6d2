// Files as the collections of this field publish them (tests/data/make_presets.py), read by data.preset
// alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "jets/constituent_set.hpp"
#include "layouts/jet_source.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Published {
  const char* file;
  JetPreset preset;
};

std::string path_of(const std::string& file) {
  return file.starts_with('/') ? file : std::string(TEST_DATA_DIR) + "/presets/" + file;
}

DataConfig data_of(JetPreset preset) {
  DataConfig data;
  data.preset = preset;
  if (preset == JetPreset::jetnet) data.jets.file_labels = {{"*_g.hdf5", 0}, {"*_t.hdf5", 1}};
  return data;
}

nlohmann::json expected_of(const std::string& file) {
  nlohmann::json all;
  std::ifstream(path_of("expected.json")) >> all;
  return all.at(file.substr(0, file.find('.')));
}

/// Momenta without padding, and the class, of each row.
struct ReadJet {
  std::vector<float> momenta;
  std::optional<std::uint8_t> label;
};
std::vector<ReadJet> read(const std::string& file, const DataConfig& data) {
  const JetSource source({path_of(file)}, Communicator::self(), data);
  std::vector<ReadJet> jets(static_cast<std::size_t>(source.rows()));
  source.read(
      {0, source.rows()},
      [&](std::int64_t, const JetBlock& block) {
        for (std::int64_t i = 0; i < block.rows; ++i) {
          ReadJet& jet = jets[static_cast<std::size_t>(block.first_row + i)];
          std::vector<float> room;
          std::array<float, 4> sum{};
          ReadingNotes notes;
          EXPECT_EQ(collect_constituents(block.constituents(i, room), jet.momenta, sum, notes),
                    RowStatus::good);
          EXPECT_EQ(notes.unsorted, 0);
          jet.label = block.label(i);
        }
      },
      [](std::int64_t) {});
  return jets;
}

class JetPresets : public testing::TestWithParam<Published> {};

TEST_P(JetPresets, ReadWhatIsPublished) {
  const auto& [file, preset] = GetParam();
  const nlohmann::json expected = expected_of(file);
  const std::vector<ReadJet> jets = read(file, data_of(preset));
  ASSERT_EQ(jets.size(), expected["momenta"].size());
  for (std::size_t row = 0; row < jets.size(); ++row) {
    EXPECT_EQ(jets[row].momenta, expected["momenta"][row].get<std::vector<float>>())
        << file << ", row " << row;
    if (expected["labels"].is_null()) continue;
    EXPECT_EQ(jets[row].label, expected["labels"][row].get<std::uint8_t>()) << file << ", row " << row;
  }
}

TEST_P(JetPresets, AreFoundByWhatAFileHolds) {
  const auto& [file, preset] = GetParam();
  const Communicator self = Communicator::self();
  FileColumns columns(path_of(file), "", self);
  std::optional<JetPreset> found;
  columns.together(self, [&] { found = fitting_preset(columns); });
  EXPECT_EQ(found, preset);
}

INSTANTIATE_TEST_SUITE_P(Published, JetPresets,
                         testing::Values(Published{"atlas_top_tagging.h5", JetPreset::atlas_top_tagging},
                                         Published{"jetnet_g.hdf5", JetPreset::jetnet},
                                         Published{"jetnet_t.hdf5", JetPreset::jetnet},
                                         Published{"energyflow.npz", JetPreset::energyflow},
                                         Published{"pelican.h5", JetPreset::pelican},
                                         Published{"omnilearn.h5", JetPreset::omnilearn},
                                         Published{"aspen.h5", JetPreset::aspen},
                                         Published{"flavour_tagging.h5", JetPreset::flavour_tagging}),
                         [](const auto& one) {
                           const std::string file = one.param.file;
                           return file.substr(0, file.find('.'));
                         });

std::string error_of(const std::string& file, const DataConfig& data) {
  return test::refusal_of<Error>([&] { JetSource({path_of(file)}, Communicator::self(), data); });
}

TEST(JetColumns, AreOverriddenOneByOne) {
  DataConfig data = data_of(JetPreset::pelican);
  data.jets.unit = MomentumUnit::mev;
  data.jets.label = {"Nobj"};
  const std::vector<float> in_gev = read("pelican.h5", data_of(JetPreset::pelican))[0].momenta;
  const std::vector<ReadJet> in_mev = read("pelican.h5", data);
  EXPECT_FLOAT_EQ(in_mev[0].momenta[0], in_gev[0] / 1000);
  EXPECT_EQ(in_mev[0].label, in_gev.size() / 4);
}

TEST(JetColumns, LeaveOutWhatTheCountDoes) {
  DataConfig data = data_of(JetPreset::pelican);
  data.jets.count = "is_signal";  // 0 and 1
  const std::vector<ReadJet> jets = read("pelican.h5", data);
  EXPECT_EQ(jets[0].momenta.size(), 0U);
  EXPECT_EQ(jets[1].momenta.size(), 4U);
}

TEST(JetColumns, HaveOneHotLabels) {
  DataConfig data = data_of(JetPreset::flavour_tagging);
  data.jets.label = {"jets.flavour_label", "jets.HadronConeExclTruthLabelID"};  // 0 to 2; 0
  const std::vector<ReadJet> jets = read("flavour_tagging.h5", data);
  EXPECT_EQ(jets[0].label, std::nullopt) << "no 1";
  EXPECT_EQ(jets[1].label, 0);
  EXPECT_EQ(jets[2].label, std::nullopt) << "a 2";
}

TEST(JetColumns, GiveWeightsAndColumnsOfTheJet) {
  DataConfig data = data_of(JetPreset::atlas_top_tagging);
  data.jets.jet_columns = {"fjet_m", "labels"};
  const JetSource source({path_of("atlas_top_tagging.h5")}, Communicator::self(), data);
  std::vector<double> weights(7);
  source.read(
      {0, 7},
      [&](std::int64_t, const JetBlock& block) {
        for (std::int64_t i = 0; i < block.rows; ++i) {
          const std::int64_t row = block.first_row + i;
          weights[static_cast<std::size_t>(row)] = block.weight(i);
          std::array<float, 2> own{};
          block.jet_values(i, own);
          EXPECT_EQ(own[0], 1);
          EXPECT_EQ(own[1], static_cast<float>(row % 2));
        }
      },
      [](std::int64_t) {});
  EXPECT_EQ(weights, (std::vector<double>{0.5, 0.75, 1, 1.25, 1.5, 1.75, 2}));
  data.weights = "truth_weight";
  EXPECT_THAT(JetSource({path_of("atlas_top_tagging.h5")}, Communicator::self(), data).missing_weights(),
              HasSubstr("truth_weight"));
}

/// Momenta with the columns behind them, of each row.
std::vector<std::vector<float>> read_with_columns(const std::string& file, const DataConfig& data) {
  const JetSource source({path_of(file)}, Communicator::self(), data);
  const std::int64_t count = std::ssize(data.jets.constituent_columns);
  std::vector<std::vector<float>> jets(static_cast<std::size_t>(source.rows()));
  source.read(
      {0, source.rows()},
      [&](std::int64_t, const JetBlock& block) {
        for (std::int64_t i = 0; i < block.rows; ++i) {
          std::vector<float> room;
          std::vector<float> values;
          std::array<float, 4> sum{};
          ReadingNotes notes;
          block.constituent_values(i, values);
          collect_constituents(block.constituents(i, room),
                               jets[static_cast<std::size_t>(block.first_row + i)], sum, notes,
                               {values, count});
        }
      },
      [](std::int64_t) {});
  return jets;
}

TEST(JetColumns, GiveColumnsOfTheConstituents) {
  DataConfig data = data_of(JetPreset::aspen);
  data.jets.constituent_columns = {"PFCands[3]", "PFCands[9]", "PFCands[0]"};  // E, the particle's number, px
  const std::vector<ReadJet> jets = read("aspen.h5", data);
  const auto found = read_with_columns("aspen.h5", data);
  ASSERT_EQ(found.size(), 7U);
  for (std::size_t row = 0; row < found.size(); ++row) {
    ASSERT_EQ(found[row].size(), jets[row].momenta.size() / 4 * 7);
    for (std::size_t i = 0; i < jets[row].momenta.size() / 4; ++i) {
      const float* const own = &found[row][7 * i];
      EXPECT_EQ(own[4], jets[row].momenta[4 * i]);
      EXPECT_EQ(own[5], 211);
      EXPECT_EQ(own[6], jets[row].momenta[4 * i + 1]);
    }
  }
}

TEST(JetColumns, GiveMembersOfCompoundsWithoutThoseOfPadding) {
  DataConfig data = data_of(JetPreset::flavour_tagging);
  data.jets.constituent_columns = {"tracks.valid", "tracks.deta", "tracks.d0"};
  for (const std::vector<float>& jet : read_with_columns("flavour_tagging.h5", data)) {
    for (std::size_t i = 0; i < jet.size(); i += 7) {
      EXPECT_EQ(jet[i + 4], 1);  // NaN stand at all others
      EXPECT_TRUE(std::isfinite(jet[i + 5]));
      EXPECT_EQ(jet[i + 6], 0);
    }
  }
  data.jets.constituent_columns = {"jets.pt"};
  EXPECT_THAT(error_of("flavour_tagging.h5", data), AllOf(HasSubstr("jets.pt"), HasSubstr("(N, P)")));
}

TEST(JetColumns, SayWhatIsMissing) {
  EXPECT_THAT(error_of("jetnet_g.hdf5", {}),
              AllOf(HasSubstr("jetnet_g.hdf5"), HasSubstr("E_*"), HasSubstr("data.preset: jetnet")));
  DataConfig data;
  data.preset = JetPreset::none;
  data.jets.pt = "Pmu";
  data.jets.eta = "Pmu";
  data.jets.phi = "Pmu";
  EXPECT_THAT(error_of("pelican.h5", data), AllOf(HasSubstr("(N, 200, 4)"), HasSubstr("Pmu[0]")));
  DataConfig other = data_of(JetPreset::pelican);
  other.jets.mask = "is_signal";
  EXPECT_THAT(error_of("pelican.h5", other), AllOf(HasSubstr("is_signal has shape (N)"), HasSubstr("mask")));
  other = data_of(JetPreset::pelican);
  other.jets.set = "ttv";
  EXPECT_THAT(error_of("pelican.h5", other), HasSubstr("ttv"));
}

class JetArrays : public testing::Test {
 protected:
  /// One array X, and masks (N, P).
  DataConfig write(const std::vector<std::int64_t>& shape) const {
    std::vector<float> x(static_cast<std::size_t>(
        std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
    std::iota(x.begin(), x.end(), 100.0F);
    hdf5::write_file(path_, hdf5::Seal::none, [&](hid_t file) {
      hdf5::write_array(file, "X", shape, x.data());
      std::fill(x.begin(), x.end(), std::numeric_limits<float>::quiet_NaN());
      hdf5::write_array(file, "mask", {shape[0], shape[1]}, x.data());
    });
    DataConfig data;
    data.preset = JetPreset::energyflow;
    return data;
  }
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("x.h5");
  Communicator self_ = Communicator::self();
};

TEST_F(JetArrays, OfOneNumberAJetAreNoConstituents) {
  const DataConfig data = write({3, 24});
  EXPECT_THAT(error_of(path_, data), AllOf(HasSubstr("x.h5:X[0] has shape (N)"), HasSubstr("(N, P, F)")));
  FileColumns columns(path_, "", self_);
  std::optional<JetPreset> found;
  columns.together(self_, [&] { found = fitting_preset(columns); });
  EXPECT_EQ(found, std::nullopt);
}

TEST_F(JetArrays, WhoseAxesMayBeExchangedAreDoubted) {
  EXPECT_THAT(JetSource({path_}, self_, write({3, 4, 20})).doubts(),
              testing::ElementsAre(HasSubstr("x.h5:X is of shape (3, 4, 20), and read as 4 constituents")));
  EXPECT_THAT(JetSource({path_}, self_, write({3, 20, 4})).doubts(), testing::IsEmpty());
  EXPECT_THAT(JetSource({path_}, self_, write({3, 30, 100})).doubts(), testing::IsEmpty());
}

TEST_F(JetArrays, WithAMaskThatIsNoNumberHaveNoConstituents) {
  DataConfig data = write({3, 20, 4});
  data.jets.mask = "mask";
  const JetSource source({path_}, self_, data);
  source.read(
      {0, 3},
      [](std::int64_t, const JetBlock& block) {
        std::vector<float> room;
        for (std::int64_t i = 0; i < block.rows; ++i) EXPECT_TRUE(block.constituents(i, room).empty());
      },
      [](std::int64_t) {});
}

TEST(JetColumns, SayWhyJetsHaveNoClass) {
  const Communicator self = Communicator::self();
  EXPECT_THAT(JetSource({path_of("aspen.h5")}, self, data_of(JetPreset::aspen)).missing_labels(),
              AllOf(HasSubstr("aspen.h5"), HasSubstr("data.jets.label")));
  DataConfig data = data_of(JetPreset::pelican);
  data.jets.label = {"truth"};
  EXPECT_THAT(JetSource({path_of("pelican.h5")}, self, data).missing_labels(), HasSubstr("truth"));
  data = data_of(JetPreset::jetnet);
  data.jets.file_labels.pop_back();
  EXPECT_THAT(JetSource({path_of("jetnet_t.hdf5")}, self, data).missing_labels(), HasSubstr("file_labels"));
  EXPECT_EQ(JetSource({path_of("jetnet_g.hdf5")}, self, data).missing_labels(), "");
}

}  // namespace
}  // namespace jetrain
