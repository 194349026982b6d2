#include "config/jet_presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kModel = "model: {layers: [dense: {units: 2, activation: softmax}]}\n";

Config config_of(const std::string& data) {
  return parse_config(std::string(kModel) + "data: " + data + "\n", "test.yaml", {}, false);
}

std::string error_of(const std::string& data) {
  return test::refusal_of([&] { config_of(data); });
}

JetMapping mapping_of(const std::string& data) {
  return jet_mapping(config_of(data).data);
}

TEST(JetMapping, IsTheReferenceSetsWhereNothingIsSaid) {
  const JetMapping mapping = mapping_of("{}");
  EXPECT_EQ(mapping.momenta, MomentumColumns::energy_px_py_pz);
  EXPECT_THAT(mapping.momentum_references(), ElementsAre("E_*", "PX_*", "PY_*", "PZ_*"));
  EXPECT_THAT(mapping.columns.label, ElementsAre("is_signal_new"));
  EXPECT_EQ(mapping.columns.set, "ttv");
  EXPECT_EQ(mapping.columns.unit, MomentumUnit::gev);
  EXPECT_FALSE(mapping.set_is_named);
}

TEST(JetMapping, OfEachPresetIsWhole) {
  for (const JetPreset preset : kValues<JetPreset>) {
    DataConfig data;
    data.preset = preset;
    if (preset == JetPreset::none) {
      EXPECT_THROW(jet_mapping(data), UsageError);
      continue;
    }
    const JetMapping mapping = jet_mapping(data);
    EXPECT_NE(mapping.columns.relative_to, RelativeTo::preset) << word_of(preset).text;
    EXPECT_NE(mapping.columns.unit, MomentumUnit::preset) << word_of(preset).text;
  }
}

TEST(JetMapping, OverridesWhatIsGivenBesideAPreset) {
  const JetMapping mapping = mapping_of("{preset: atlas_top_tagging, jets: {energy: E, label: [a, b]}}");
  EXPECT_THAT(mapping.momentum_references(),
              ElementsAre("fjet_clus_pt", "fjet_clus_eta", "fjet_clus_phi", "E"));
  EXPECT_THAT(mapping.columns.label, ElementsAre("a", "b"));
  EXPECT_EQ(mapping.columns.unit, MomentumUnit::mev);
  EXPECT_THAT(mapping.weights, ElementsAre("training_weights", "weights"));
}

TEST(JetMapping, TakesWholeMomentaInsteadOfAPresets) {
  const JetMapping mapping = mapping_of("{preset: jetnet, jets: {energy: E, px: X, py: Y, pz: Z}}");
  EXPECT_EQ(mapping.momenta, MomentumColumns::energy_px_py_pz);
  EXPECT_EQ(mapping.columns.relative_to, RelativeTo::none);
  EXPECT_EQ(mapping.columns.mask, "");
}

TEST(JetMapping, NamesTheFourWaysToGiveMomenta) {
  EXPECT_THAT(error_of("{preset: none, jets: {pt: a, eta: b}}"),
              AllOf(HasSubstr("energy, px, py, pz"), HasSubstr("pt, eta, phi, energy"),
                    HasSubstr("pt, eta, phi, mass"), HasSubstr("massless"), HasSubstr("here pt, eta are")));
  EXPECT_THAT(error_of("{jets: {mass: m}}"), HasSubstr("here energy, px, py, pz, mass are"));
  EXPECT_THAT(error_of("{preset: none}"), HasSubstr("nothing"));
}

TEST(JetMapping, RefusesWhatDoesNotGoTogether) {
  const std::string angles = "pt: a, eta: b, phi: c";
  EXPECT_THAT(error_of("{jets: {relative_to: jet}}"), HasSubstr("data.jets.relative_to"));
  EXPECT_THAT(error_of("{jets: {logarithms: true}}"), HasSubstr("data.jets.logarithms"));
  EXPECT_THAT(error_of("{preset: none, jets: {" + angles + ", relative_to: angles}}"),
              HasSubstr("data.jets.jet.eta: is missing"));
  EXPECT_THAT(error_of("{preset: none, jets: {" + angles + ", relative_to: jet, jet: {eta: e}}}"),
              HasSubstr("data.jets.jet.pt: is missing"));
  EXPECT_THAT(
      error_of("{preset: none, jets: {" + angles + ", mass: m, relative_to: jet, jet: {pt: p, eta: e}}}"),
      HasSubstr("data.jets.mass"));
  EXPECT_THAT(
      error_of("{preset: none, jets: {" + angles + ", energy: m, relative_to: jet, jet: {pt: p, eta: e}}}"),
      HasSubstr("data.jets.jet.mass: is missing"));
  EXPECT_THAT(error_of("{preset: none, jets: {" + angles + ", jet: {eta: e}}}"),
              AllOf(HasSubstr("data.jets.jet: is given"), HasSubstr("relative_to: angles")));
  EXPECT_THAT(error_of("{preset: none, jets: {" + angles + ", relative_to: angles, jet: {pt: p, eta: e}}}"),
              AllOf(HasSubstr("data.jets.jet.pt"), HasSubstr("relative_to: jet")));
  EXPECT_EQ(error_of("{preset: omnilearn, jets: {jet: {phi: p}}}"), "no error");
  EXPECT_THAT(error_of("{jets: {mask: m, count: n}}"), HasSubstr("data.jets.count"));
  EXPECT_THAT(error_of("{jets: {label: y, file_labels: [{match: a, label: 1}]}}"),
              HasSubstr("data.jets.file_labels"));
  EXPECT_THAT(error_of("{jets: {file_labels: [{label: 1}]}}"), HasSubstr("without match"));
  EXPECT_THAT(error_of("{preset: pelican, split: {method: column}}"), HasSubstr("data.jets.set"));
  EXPECT_THAT(error_of("{preset: pelican, arrays: {features: x, labels: y}}"),
              AllOf(HasSubstr("data.preset"), HasSubstr("plain arrays")));
}

TEST(JetMapping, IsReadBackFromWhatIsWritten) {
  const Config config = config_of(
      "{preset: jetnet, table: df, unsorted: error, jets: {file_labels: [{match: 't*', label: 1}], count: "
      "n}}");
  const Config again = parse_config(to_yaml(config), "again.yaml", {}, false);
  EXPECT_EQ(again.data.jets, config.data.jets);
  EXPECT_EQ(again.data.preset, JetPreset::jetnet);
  EXPECT_EQ(again.data.table, "df");
  EXPECT_EQ(again.data.unsorted, Unsorted::error);
}

TEST(HasOwnClasses, OfDataThatIsNotOfTops) {
  EXPECT_FALSE(has_own_classes(config_of("{}").data));
  EXPECT_FALSE(has_own_classes(config_of("{preset: atlas_top_tagging}").data));
  EXPECT_TRUE(has_own_classes(config_of("{preset: energyflow}").data));
  EXPECT_TRUE(has_own_classes(config_of("{jets: {label: flavour}}").data));
}

}  // namespace
}  // namespace jetrain
