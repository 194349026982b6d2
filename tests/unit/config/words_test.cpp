#include "config/words.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/config.hpp"

namespace jetrain {
namespace {

template <class E>
class ConfigWords : public testing::Test {};

using AllEnumerations =
    testing::Types<LayerActivation, Padding, Shortcut, SplitMethod, LimitTake, BadRow, Set, RateScaling,
                   Shuffle, ValidationRanks, Monitor, ImageChannel, Normalization, HighLevelFeature,
                   Allreduce, Anneal, JetPreset, RelativeTo, MomentumUnit, Unsorted>;
TYPED_TEST_SUITE(ConfigWords, AllEnumerations);

TYPED_TEST(ConfigWords, ReadBackToTheirValues) {
  EXPECT_GE(kWordCount<TypeParam>, 2U);
  std::set<std::string> different;
  for (const TypeParam value : kValues<TypeParam>) {
    const std::string word = word_of(value).text;
    EXPECT_EQ(value_named<TypeParam>(word), value) << word;
    EXPECT_TRUE(different.insert(word).second) << word;
    EXPECT_EQ(word.find_first_of(" ,[]{}:#"), std::string::npos) << word << " would need quotes in YAML";
  }
}

// Old configs, models and checkpoints say these.
TEST(WordsOfConfigs, StayWhatFilesSay) {
  const auto all = []<class E>(std::type_identity<E>) {
    return fmt::format("{}", fmt::join(kValues<E>, " "));
  };
  EXPECT_EQ(all(std::type_identity<LayerActivation>{}),
            "linear relu leaky_relu elu gelu tanh sigmoid softmax");
  EXPECT_EQ(all(std::type_identity<Padding>{}), "valid same");
  EXPECT_EQ(all(std::type_identity<Shortcut>{}), "auto identity projection");
  EXPECT_EQ(all(std::type_identity<SplitMethod>{}), "tail random column files");
  EXPECT_EQ(all(std::type_identity<LimitTake>{}), "balanced leading");
  EXPECT_EQ(all(std::type_identity<BadRow>{}), "error skip");
  EXPECT_EQ(all(std::type_identity<RateScaling>{}), "none linear sqrt");
  EXPECT_EQ(all(std::type_identity<Shuffle>{}), "global local none");
  EXPECT_EQ(all(std::type_identity<Allreduce>{}), "hierarchical flat");
  EXPECT_EQ(all(std::type_identity<Anneal>{}), "linear cosine");
  EXPECT_EQ(all(std::type_identity<ValidationRanks>{}), "root all");
  EXPECT_EQ(all(std::type_identity<Monitor>{}),
            "val_loss val_accuracy val_auc val_rejection_30 val_rejection_50");
  EXPECT_EQ(all(std::type_identity<ImageChannel>{}), "pt energy mass multiplicity");
  EXPECT_EQ(all(std::type_identity<Normalization>{}), "max sum none");
  EXPECT_EQ(all(std::type_identity<HighLevelFeature>{}),
            "mass pt eta multiplicity width pt_dispersion tau_1 tau_2 tau_3 tau_21 tau_32");
}

}  // namespace
}  // namespace jetrain
