#include "config/config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_values.hpp"
#include "core/printable_text.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

const std::string kSmall = R"(data:
  files: [jets.h5]
model:
  layers:
    - conv2d: {filters: 8, kernel: [3, 5]}
    - flatten
    - dense: {units: 2, activation: softmax}
)";

Config parse(const std::string& text, const std::vector<std::string>& assignments = {}) {
  return parse_config(text, "small.yaml", assignments);
}

/// The message with which `text` is refused; empty if it is not.
std::string refusal(const std::string& text, const std::vector<std::string>& assignments = {}) {
  return test::refusal_of([&] { parse(text, assignments); });
}

TEST(Config, HasDefaultsForWhatTheFileDoesNotSay) {
  const Config config = parse(kSmall);
  EXPECT_EQ(config.seed, 1U);
  EXPECT_EQ(config.data.split.method, SplitMethod::tail);
  EXPECT_EQ(config.data.split.validation, 0.3);
  EXPECT_EQ(config.data.on_bad_row, BadRow::error);
  EXPECT_EQ(config.image, ImageConfig{});
  EXPECT_EQ(config.train.batch_size, 50);
  EXPECT_EQ(config.train.shuffle, Shuffle::global);
  EXPECT_EQ(config.validation.ranks, ValidationRanks::root);
  EXPECT_EQ(config.early_stopping.monitor, Monitor::val_loss);
  const auto& adam = std::get<AdamConfig>(config.train.optimizer.kind);
  EXPECT_EQ(adam.learning_rate, 0.001);
  EXPECT_EQ(adam.epsilon, 1e-7);
}

TEST(Config, ReadsLayersInOrder) {
  const Config config = parse(kSmall);
  ASSERT_EQ(config.model.layers.size(), 3U);
  const auto& convolution = std::get<Conv2dConfig>(config.model.layers[0].kind);
  EXPECT_EQ(convolution.filters, 8);
  EXPECT_EQ(convolution.padding, Padding::valid);
  EXPECT_TRUE(std::holds_alternative<FlattenConfig>(config.model.layers[1].kind));
  EXPECT_EQ(std::get<DenseConfig>(config.model.layers[2].kind).activation, LayerActivation::softmax);
}

TEST(Config, KernelIsOneNumberOrRowsAndColumns) {
  using Kernel = std::array<std::int64_t, 2>;
  const auto kernel = [](const std::string& value) {
    const Config config = parse(kSmall, {"model.layers.0.conv2d.kernel=" + value});
    return std::get<Conv2dConfig>(config.model.layers[0].kind).kernel;
  };
  EXPECT_EQ(kernel("4"), (Kernel{4, 4}));
  EXPECT_EQ(kernel("[3, 5]"), (Kernel{3, 5}));
  EXPECT_THAT(refusal(kSmall, {"model.layers.0.conv2d.kernel=[1, 2, 3]"}), HasSubstr("[rows, columns]"));
  EXPECT_THAT(refusal(kSmall, {"model.layers.0.conv2d.kernel=[0, 2]"}),
              HasSubstr("must be from 1 to 1000, not 0 x 2"));
}

TEST(Config, KeepsNamesOfAnyBytes) {
  for (const std::string name : {"a\nb c\td", "\x1b[31m", "it's \"x\" \\ $(touch x) %;&<b>#: -",
                                 "\xff"
                                 "a\xc3",
                                 "- [", "~", "\u03b5\u2028\u202e", "!!binary x"}) {
    Config config = parse(kSmall);
    config.data.files = {name};
    config.data.cache = name;
    const std::string yaml = to_yaml(config);
    const Config read = parse_config(yaml, "again.yaml", {}, false);
    EXPECT_EQ(read.data.files, config.data.files) << yaml;
    EXPECT_EQ(read.data.cache, name) << yaml;
    EXPECT_EQ(to_yaml(read), yaml);
    EXPECT_TRUE(is_utf8(yaml)) << yaml;
  }
}

TEST(Config, RefusesNamesThatTheSystemWouldCutOff) {
  EXPECT_THAT(refusal(kSmall, {"data.cache=\"a\\0b\""}), HasSubstr("data.cache: must be without NUL bytes"));
}

TEST(Config, OneFileNeedsNoBrackets) {
  EXPECT_EQ(parse(kSmall, {"data.files=other.h5"}).data.files, std::vector<std::string>{"other.h5"});
}

TEST(Config, ResolvedTextReadsBackToItself) {
  Config config = parse(kSmall);
  config.seed = 18446744073709551615U;
  config.data.files = {"a.h5", "a name: with #signs.h5", "7", "true", "null"};
  config.data.split = {SplitMethod::random, 0.1 + 0.2, 1.0 / 3.0};
  config.image.half_width = 1e-300;
  config.image.flip = true;
  Conv2dConfig convolution;
  convolution.filters = 8;
  convolution.kernel = {3, 5};
  convolution.stride = 2;
  convolution.groups = 4;
  convolution.activation = LayerActivation::gelu;
  convolution.initializer = {ConstantInitializer{0.1 + 0.2}};
  ResidualConfig residual{
      {{convolution}, {BatchNormConfig{0.9, 1e-3}}}, Shortcut::projection, LayerActivation::elu};
  DenseConfig dense;
  dense.units = 2;
  config.model.layers = {{convolution}, {ReluConfig{}},    {MaxPool2dConfig{{3, 2, Padding::same}}},
                         {residual},    {FlattenConfig{}}, {FeaturesConfig{}},
                         {dense},       {SoftmaxConfig{}}};
  config.model.regularizer = {1e-5, 1e-4};
  config.train.optimizer = {AdamConfig{3e-4, 0.5, 0.99, 1e-8}};
  config.train.loss = {CrossEntropyConfig{0.1, {0.25, 4}}};
  config.train.schedule = {PlateauSchedule{Monitor::val_auc, 0.3, 4, 1e-9, 0.01}};
  config.data.high_level = {HighLevelFeature::mass, HighLevelFeature::tau_32};
  config.image.channels = {ImageChannel::mass, ImageChannel::pt};
  config.early_stopping = {false, Monitor::val_auc, 7, 1e-17, false};
  const std::string text = to_yaml(config);
  const Config again = parse(text);
  EXPECT_EQ(to_yaml(again), text);
  EXPECT_EQ(again.seed, config.seed);
  EXPECT_EQ(again.data.files, config.data.files);
  EXPECT_EQ(again.data.split.validation, config.data.split.validation);
  EXPECT_EQ(again.image, config.image);
  EXPECT_EQ(again.model.layers.size(), config.model.layers.size());
  EXPECT_EQ(again.early_stopping.min_delta, 1e-17);
}

TEST(Config, ResolvedTextSpellsOutDefaults) {
  const std::string text = to_yaml(parse(kSmall));
  for (const char* word :
       {"seed: 1", "half_width: 0.8", "epsilon: 1e-07", "on_bad_row: error", "patience: 2"}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
}

TEST(ConfigVersion, BeginsEveryConfigThatIsWritten) {
  const std::string text = to_yaml(parse(kSmall));
  EXPECT_EQ(text.substr(0, text.find('\n')), fmt::format("version: {}", kConfigVersion));
  EXPECT_EQ(to_yaml(parse(text)), text);
}

TEST(ConfigVersion, IsNoSetting) {
  const Config config = parse(kSmall);
  EXPECT_EQ(fmt::format("version: {}\n", kConfigVersion) + settings_yaml(config), to_yaml(config));
  const auto values = config_values(config);
  EXPECT_EQ(values.front(), std::pair(std::string("seed"), std::string("1")));
}

TEST(ConfigVersion, MayBeMissing) {
  const Config config = parse(kSmall);
  EXPECT_THAT(differing_keys(parse(settings_yaml(config)), parse(to_yaml(config))), testing::IsEmpty());
  EXPECT_EQ(to_yaml(parse(settings_yaml(config))), to_yaml(config));
}

TEST(ConfigVersion, SaysWhatAnAbsentImageVersionMeans) {
  EXPECT_EQ(parse(kSmall).image.version, 2);
  EXPECT_EQ(parse("version: 2\n" + kSmall).image.version, 2);
  EXPECT_EQ(parse("version: 1\n" + kSmall).image.version, 1);
  EXPECT_EQ(parse("version: 1\nimage: {version: 2}\n" + kSmall).image.version, 2);
  EXPECT_EQ(parse_stored_config(kSmall, "best.h5").image.version, 1);  // older than versions were
  EXPECT_EQ(parse_stored_config(to_yaml(parse(kSmall)), "best.h5").image.version, 2);
}

TEST(ConfigVersion, OfANewerJetrainIsRefused) {
  EXPECT_THAT(refusal("version: 3\n" + kSmall),
              HasSubstr("small.yaml:1: version: 3 was written by a newer jetrain"));
  EXPECT_THAT(refusal(kSmall, {"version=99999"}), HasSubstr("knows no version above 2"));
  EXPECT_EQ(refusal("version: 1\n" + kSmall), "");
}

TEST(ConfigVersion, IsAWholeNumberFromOneUp) {
  EXPECT_THAT(refusal("version: 0\n" + kSmall),
              HasSubstr("small.yaml:1: version: must be at least 1, not 0"));
  EXPECT_THAT(refusal("version: new\n" + kSmall), HasSubstr("version: must be a whole number, not \"new\""));
  EXPECT_THAT(refusal("version: [1]\n" + kSmall), HasSubstr("version: must be a whole number, not a list"));
  EXPECT_THAT(refusal("version: 1\nversion: 1\n" + kSmall), HasSubstr("small.yaml:2: version: stands twice"));
}

TEST(Config, NamesTheLineOfAnUnknownKeyAndTheNearestOne) {
  const std::string message = refusal(kSmall + "train:\n  epochs: 3\n  batchsize: 10\n");
  EXPECT_THAT(message, HasSubstr("small.yaml:10: train.batchsize: unknown key; did you mean batch_size?"));
}

TEST(Config, NamesTheLineOfAValueOfTheWrongType) {
  EXPECT_THAT(refusal(kSmall + "train:\n  epochs: many\n"),
              HasSubstr("small.yaml:9: train.epochs: must be a whole number, not \"many\""));
  EXPECT_THAT(refusal(kSmall + "train:\n  epochs: [3]\n"), HasSubstr("small.yaml:9: train.epochs"));
  EXPECT_THAT(refusal(kSmall + "train: 3\n"), HasSubstr("small.yaml:8: train: must be a section"));
}

TEST(Config, RefusesValuesOfTheWrongType) {
  EXPECT_THAT(refusal(kSmall, {"train.epochs=2.5"}), HasSubstr("must be a whole number"));
  EXPECT_THAT(refusal(kSmall, {"seed=-1"}), HasSubstr("must be a whole number from 0 up"));
  EXPECT_THAT(refusal(kSmall, {"seed=99999999999999999999"}), HasSubstr("must be a whole number"));
  EXPECT_THAT(refusal(kSmall, {"image.center=perhaps"}), HasSubstr("must be true or false"));
  EXPECT_THAT(refusal(kSmall, {"image.half_width=.nan"}), HasSubstr("must be a number"));
  EXPECT_THAT(refusal(kSmall, {"image.half_width=.inf"}), HasSubstr("must be a number"));
  EXPECT_THAT(refusal(kSmall, {"train.shuffle=[global]"}), HasSubstr("must be a word, not a list"));
}

TEST(Config, RefusesImpossibleValues) {
  EXPECT_THAT(refusal(kSmall, {"train.batch_size=0"}), HasSubstr("must be from 1 to 1000000000, not 0"));
  EXPECT_THAT(refusal(kSmall, {"train.batch_size=9223372036854775807"}), HasSubstr("must be from 1 to"));
  EXPECT_THAT(refusal(kSmall, {"train.epochs=0"}), HasSubstr("must be at least 1, not 0"));
  EXPECT_THAT(refusal(kSmall, {"model.layers.2.dense.units=4611686018427387904"}),
              HasSubstr("must be from 1 to"));
  EXPECT_THAT(refusal(kSmall, {"image.bins=256"}), HasSubstr("must be from 1 to 255, not 256"));
  EXPECT_THAT(refusal(kSmall, {"image.half_width=0"}), HasSubstr("must be above 0"));
  EXPECT_THAT(refusal(kSmall, {"data.split.validation=1"}), HasSubstr("below 1"));
  EXPECT_THAT(refusal(kSmall, {"train.shuffle=locale"}), HasSubstr("must be one of global, local, none"));
  EXPECT_THAT(refusal(kSmall, {"early_stopping.min_delta=-0.5"}), HasSubstr("must be at least 0"));
}

TEST(Config, ReadsListsOfWords) {
  EXPECT_EQ(parse(kSmall, {"image.channels=[mass, pt]"}).image.channels,
            (std::vector{ImageChannel::mass, ImageChannel::pt}));
  EXPECT_EQ(parse(kSmall, {"image.channels=energy"}).image.channels, std::vector{ImageChannel::energy});
  EXPECT_THAT(refusal(kSmall, {"image.channels=[pt, charge]"}),
              HasSubstr("image.channels: must be of pt, energy, mass, multiplicity, not charge"));
  EXPECT_THAT(refusal(kSmall, {"data.high_level=[mass, pt, mass]"}),
              HasSubstr("data.high_level: names mass twice"));
  EXPECT_THAT(refusal(kSmall, {"data.high_level=[[mass]]"}),
              HasSubstr("data.high_level[0]: must be a word, not a list"));
  EXPECT_THAT(refusal(kSmall, {"image.channels=[]"}), HasSubstr("names no channel"));
}

TEST(Config, RefusesAnUnknownLayerWithTheNearestName) {
  EXPECT_THAT(refusal("model:\n  layers:\n    - convd: {filters: 8}\n"),
              HasSubstr("small.yaml:3: model.layers[0]: unknown kind \"convd\"; did you mean conv2d?"));
  EXPECT_THAT(refusal("model:\n  layers:\n    - dense: {units: 8}\n      relu: {}\n"),
              HasSubstr("small.yaml:3: model.layers[0]: must be one of"));
}

TEST(Config, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(refusal(kSmall + "seed: 1\nseed: 2\n"), HasSubstr("small.yaml:9: seed: stands twice"));
  EXPECT_THAT(refusal(kSmall + "train:\n  epochs: 1\n  epochs: 2\n"),
              HasSubstr("small.yaml:10: train.epochs: stands twice"));
}

TEST(Config, RefusesTextThatIsNotYaml) {
  EXPECT_THAT(refusal("data:\n  files: [a.h5\nmodel: {\n"), HasSubstr("small.yaml:3: not valid YAML"));
  EXPECT_THAT(refusal("just words"), HasSubstr("made of sections"));
}

TEST(Config, AnEmptyFileLacksItsNetwork) {
  EXPECT_THAT(refusal(""), HasSubstr("model.layers: is missing"));
}

TEST(Config, DataMayBeMissingOnlyWhereNoneIsNeeded) {
  const std::string no_data = "model: {layers: [flatten, {dense: {units: 2, activation: softmax}}]}\n";
  EXPECT_THAT(refusal(no_data), HasSubstr("data.files: is missing"));
  EXPECT_NO_THROW(parse_config(no_data, "small.yaml", {}, false));
}

TEST(Config, SplitByFilesNeedsItsFiles) {
  EXPECT_THAT(refusal(kSmall, {"data.split.fold=1"}), HasSubstr("without data.split.folds"));
  EXPECT_THAT(refusal(kSmall, {"data.split.folds=3", "data.split.fold=3"}), HasSubstr("must be from 0 to 2"));
  EXPECT_THAT(refusal(kSmall, {"data.split.folds=1"}), HasSubstr("must be 0 (none), or from 2"));
  EXPECT_EQ(refusal(kSmall, {"data.split.folds=3", "data.split.fold=2"}), "");
  EXPECT_THAT(refusal(kSmall, {"data.split.method=files"}), HasSubstr("needs data.train_files"));
  EXPECT_THAT(refusal(kSmall, {"data.train_files=a.h5"}), HasSubstr("split.method files only"));
  EXPECT_EQ(refusal(kSmall, {"data.split.method=files", "data.files=[]", "data.train_files=a.h5",
                             "data.validation_files=b.h5"}),
            "");
}

TEST(Config, SplitMustLeaveRowsToTrainOn) {
  EXPECT_THAT(refusal(kSmall, {"data.split.validation=0.5", "data.split.test=0.5"}), HasSubstr("below 1"));
}

TEST(ConfigAssignment, OverridesTheFile) {
  const Config config =
      parse(kSmall + "train: {epochs: 3}\n", {"train.epochs=5", "seed=9", "train.epochs=6"});
  EXPECT_EQ(config.train.epochs, 6);
  EXPECT_EQ(config.seed, 9U);
}

TEST(ConfigAssignment, MakesSectionsThatTheFileDoesNotHave) {
  const Config config = parse(kSmall, {"train.optimizer.adam.learning_rate=0.01"});
  EXPECT_EQ(std::get<AdamConfig>(config.train.optimizer.kind).learning_rate, 0.01);
}

TEST(ConfigAssignment, ReachesIntoLists) {
  const Config config = parse(kSmall, {"model.layers.0.conv2d.filters=16", "model.layers.1=relu"});
  EXPECT_EQ(std::get<Conv2dConfig>(config.model.layers[0].kind).filters, 16);
  EXPECT_TRUE(std::holds_alternative<ReluConfig>(config.model.layers[1].kind));
  EXPECT_THAT(refusal(kSmall, {"model.layers.3.dense.units=1"}), HasSubstr("entries 0 to 2, not \"3\""));
  EXPECT_THAT(refusal(kSmall, {"model.layers.first=relu"}), HasSubstr("entries 0 to 2, not \"first\""));
}

TEST(ConfigAssignment, IsNamedInMessages) {
  EXPECT_THAT(refusal(kSmall, {"train.epochs=many"}), HasSubstr("--set train.epochs=many: train.epochs"));
  EXPECT_THAT(refusal(kSmall, {"train.epoch=5"}), HasSubstr("did you mean epochs?"));
  EXPECT_THAT(refusal(kSmall, {"train.epochs"}), HasSubstr("must be key=value"));
  EXPECT_THAT(refusal(kSmall, {"=5"}), HasSubstr("must be key=value"));
  EXPECT_THAT(refusal(kSmall, {"train.epochs=[5"}), HasSubstr("the value is not YAML"));
  EXPECT_THAT(refusal(kSmall, {"model.layers.0.conv2d.filters=0"}),
              HasSubstr("--set model.layers.0.conv2d.filters=0: model.layers[0].conv2d.filters: must be"));
}

TEST(ConfigAssignment, CannotAddASecondKind) {
  const std::string sgd = kSmall + "train:\n  optimizer: {sgd: {}}\n";
  EXPECT_THAT(refusal(sgd, {"train.optimizer.adam.learning_rate=1"}),
              HasSubstr("but sgd and adam are given together"));
}

TEST(ConfigAssignment, CannotEnterAValue) {
  EXPECT_THAT(refusal(kSmall + "seed: 1\n", {"seed.of.what=5"}),
              HasSubstr("--set seed.of.what=5: seed is the word 1, and no section with keys of its own"));
}

TEST(ConfigAssignment, SetsKeysOfAKindThatStandsAsAWord) {
  const Config config = parse_config(kSmall + "train:\n  schedule: step\n", "small.yaml",
                                     {"train.schedule.step.every_epochs=3"}, false);
  EXPECT_EQ(std::get<StepSchedule>(config.train.schedule.kind).every_epochs, 3);
  EXPECT_THAT(refusal(kSmall + "train:\n  schedule: step\n", {"train.schedule.cosine.final_factor=0.1"}),
              HasSubstr("train.schedule is the word step"));
}

TEST(ConfigAssignment, OfAnotherKeyDoesNotTakeTheBlameForTheFile) {
  EXPECT_THAT(refusal(kSmall + "train:\n  epochs: many\n", {"train.batch_size=10"}),
              HasSubstr("small.yaml:9: train.epochs"));
  EXPECT_THAT(refusal(kSmall + "train:\n  batchsize: 10\n", {"train.epochs=2"}),
              HasSubstr("small.yaml:9: train.batchsize"));
}

}  // namespace
}  // namespace jetrain
