// Weights to Keras' HDF5 and NumPy's .npz and back, and what is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "every_layer.hpp"
#include "exchange/keras_file.hpp"
#include "exchange/npz_file.hpp"
#include "inference/model_file.hpp"
#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

Model network(const std::string& layers) {
  const Config config = parse_config(
      "data: {high_level: [mass, width]}\n"
      "image: {bins: 5, channels: [pt, energy, mass, multiplicity]}\n"
      "model: {layers: [" +
          layers + "]}\n",
      "test.yaml", {}, false);
  return make_model(config);
}

const std::string kLayers =
    "standardize, conv2d: {filters: 3, kernel: [3, 2]}, batch_norm, flatten, features: {layers: "
    "[standardize, "
    "dense: {units: 4}, dense: {units: 4}]}, layer_norm, dense: {units: 2, activation: softmax}";

/// No two parameters are equal.
Model numbered() {
  Model model = network(kLayers);
  float value = 0.1F;
  for (float& parameter : model.parameters()) parameter = value += 0.37F;
  return model;
}

void write_plainly(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class WeightsOfEveryLayer : public testing::TestWithParam<test::LayerCase> {};

TEST_P(WeightsOfEveryLayer, ComeBackFromKerasAndNumpyWithEveryBit) {
  const test::TemporaryFolder folder;
  Model model = GetParam().model();
  float value = 0.1F;
  for (float& parameter : model.parameters()) parameter = value += 0.37F;
  save_keras(folder.file("keras.h5"), model);
  save_npz(folder.file("weights.npz"), model);
  Model from_keras = GetParam().model();
  load_keras(folder.file("keras.h5"), from_keras);
  EXPECT_EQ(weights_hash(from_keras.parameters()), weights_hash(model.parameters()));
  Model from_npz = GetParam().model();
  load_npz(folder.file("weights.npz"), from_npz);
  EXPECT_EQ(weights_hash(from_npz.parameters()), weights_hash(model.parameters()));
}

INSTANTIATE_TEST_SUITE_P(Kinds, WeightsOfEveryLayer, testing::ValuesIn(test::every_layer()),
                         [](const auto& tested) { return tested.param.kind; });

TEST(KerasFile, GivesBackEveryBit) {
  const test::TemporaryFolder folder;
  const Model model = numbered();
  save_keras(folder.file("keras.h5"), model);
  Model other = network(kLayers);
  load_keras(folder.file("keras.h5"), other);
  EXPECT_EQ(weights_hash(other.parameters()), weights_hash(model.parameters()));
}

TEST(KerasFile, KeepsVariancesOfChannelsLast) {
  const test::TemporaryFolder folder;
  const Model model = numbered();
  save_keras(folder.file("keras.h5"), model);
  const auto view = std::find_if(model.parameter_views().begin(), model.parameter_views().end(),
                                 [](const ParameterView& v) { return v.spec.name == "scale"; });
  std::vector<float> variance(5 * 5 * 4);
  hdf5::read_array(hdf5::open_file(folder.file("keras.h5")), "/normalization/normalization/variance:0",
                   {5, 5, 4}, variance.data());
  const float scale = model.parameters()[static_cast<std::size_t>(view->offset + 2 * 25 + 1 * 5 + 3)];
  EXPECT_EQ(variance[(1 * 5 + 3) * 4 + 2], scale * scale);
}

/// A file whose only group has the weights of two dense layers, named so, one after another.
std::string nested_file(const test::TemporaryFolder& folder, const std::string& first,
                        const std::string& second) {
  const std::string path = folder.file("nested.h5");
  hdf5::write_file(path, hdf5::Seal::none, [&](hid_t file) {
    const hdf5::Handle group(H5Gcreate2(file, "inner", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    hdf5::write_texts(file, "layer_names", {"inner"});
    hdf5::write_texts(group, "weight_names",
                      {first + "/kernel:0", first + "/bias:0", second + "/kernel:0", second + "/bias:0"});
    std::vector<float> values(102 * 2);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    hdf5::write_array<float>(file, "/inner/" + first + "/kernel:0", {102, 2}, values.data());
    hdf5::write_array<float>(file, "/inner/" + first + "/bias:0", {2}, values.data() + 1);
    hdf5::write_array<float>(file, "/inner/" + second + "/kernel:0", {2, 2}, values.data() + 2);
    hdf5::write_array<float>(file, "/inner/" + second + "/bias:0", {2}, values.data() + 3);
  });
  return path;
}

TEST(KerasFile, ReadsTheLayersOfAModelInAModelInTheirOrder) {
  const test::TemporaryFolder folder;
  Model model = network("flatten, features, dense: {units: 2}, dense: {units: 2, activation: softmax}");
  EXPECT_EQ(load_keras(nested_file(folder, "first", "second"), model), KerasComparison::shapes);
  const ParameterView& kernel = model.parameter_views()[2];
  EXPECT_EQ(kernel.layer, "dense_1");
  EXPECT_EQ(model.parameters()[static_cast<std::size_t>(kernel.offset)], 2.0F);
  EXPECT_EQ(load_keras(nested_file(folder, "dense_7", "dense_8"), model), KerasComparison::shapes);
  EXPECT_THAT(
      test::refusal_of<DataError>([&] { load_keras(nested_file(folder, "dense_8", "dense_7"), model); }),
      HasSubstr("in inner, the weights of dense_7 stand behind those of a layer with a larger number"));
}

TEST(KerasFile, NamesBothShapesOfALayerThatDoesNotFit) {
  const test::TemporaryFolder folder;
  save_keras(folder.file("keras.h5"), network("flatten, features, dense: {units: 2, activation: softmax}"));
  Model other = network("flatten, features, dense: {units: 3}, dense: {units: 2, activation: softmax}");
  EXPECT_THAT(
      test::refusal_of<DataError>([&] { load_keras(folder.file("keras.h5"), other); }),
      HasSubstr("the layer dense has weights of the shapes (102, 2), (2), but the config's network has "
                "dense there, with (102, 3), (3)"));
  Model longer = network(
      "flatten, features, dense: {units: 2}, dense: {units: 2}, dense: {units: 2, activation: softmax}");
  EXPECT_THAT(test::refusal_of<DataError>([&] { load_keras(folder.file("keras.h5"), longer); }),
              HasSubstr("has 1 layers with weights, but the config's network has 3: dense_1 is missing"));
}

TEST(NpzFile, GivesBackEveryBit) {
  const test::TemporaryFolder folder;
  const Model model = numbered();
  save_npz(folder.file("weights.npz"), model);
  Model other = network(kLayers);
  load_npz(folder.file("weights.npz"), other);
  EXPECT_EQ(weights_hash(other.parameters()), weights_hash(model.parameters()));
}

TEST(WeightsFiles, WithANumberThatIsNoneAreRefused) {
  const test::TemporaryFolder folder;
  const std::string layers = "flatten, features, dense: {units: 2, activation: softmax}";
  Model model = network(layers);
  model.parameters()[3] = std::numeric_limits<float>::quiet_NaN();
  model.parameters()[9] = std::numeric_limits<float>::infinity();
  save_keras(folder.file("keras.h5"), model);
  save_npz(folder.file("weights.npz"), model);
  Model other = network(layers);
  const auto says =
      HasSubstr(": 2 of the 204 values of dense/kernel are not finite (the first: number 3 is nan)");
  EXPECT_THAT(test::refusal_of<DataError>([&] { load_keras(folder.file("keras.h5"), other); }), says);
  EXPECT_THAT(test::refusal_of<DataError>([&] { load_npz(folder.file("weights.npz"), other); }), says);
}

TEST(NpzFile, NamesTheArrayThatIsMissingOrOfAnotherShape) {
  const test::TemporaryFolder folder;
  save_npz(folder.file("weights.npz"), network("flatten, features, dense: {units: 2, activation: softmax}"));
  Model longer = network("flatten, features, dense: {units: 2}, dense: {units: 2, activation: softmax}");
  EXPECT_THAT(test::refusal_of<DataError>([&] { load_npz(folder.file("weights.npz"), longer); }),
              HasSubstr("has no array dense_1/kernel (2, 2)"));
  Model wider = network("flatten, dense: {units: 9}, features, dense: {units: 2, activation: softmax}");
  EXPECT_THAT(
      test::refusal_of<DataError>([&] { load_npz(folder.file("weights.npz"), wider); }),
      HasSubstr("the array dense/kernel has the shape (102, 2), but the config's network has (100, 9)"));
}

TEST(NpzFile, RefusesEveryDamage) {
  const test::TemporaryFolder folder;
  const std::string layers = "flatten, features, dense: {units: 2, activation: softmax}";
  Model model = network(layers);
  model.initialize(3);
  save_npz(folder.file("good.npz"), model);
  const std::string good = test::content_of(folder.file("good.npz"));
  const std::string hash = weights_hash(model.parameters());
  for (std::size_t length = 0; length < good.size(); length += 7) {
    write_plainly(folder.file("cut.npz"), good.substr(0, length));
    EXPECT_NE(test::refusal_of<DataError>([&] { load_npz(folder.file("cut.npz"), model); }), "") << length;
  }
  // A flipped bit is found, or stands where it does not matter (a date, a version).
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    write_plainly(folder.file("bad.npz"), bad);
    const std::string message = test::refusal_of<DataError>([&] { load_npz(folder.file("bad.npz"), model); });
    if (message.empty()) {
      EXPECT_EQ(weights_hash(model.parameters()), hash) << at;
    }
  }
}

}  // namespace
}  // namespace jetrain
