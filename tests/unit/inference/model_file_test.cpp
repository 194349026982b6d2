#include "inference/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

Config small_config() {
  return parse_config(
      "seed: 7\n"
      "image: {bins: 6, normalize: sum}\n"
      "model:\n"
      "  layers: [conv2d: {filters: 3, kernel: [2, 3]}, flatten, dense: {units: 2, activation: softmax}]\n",
      "small.yaml", {}, false);
}

Model small_model(const Config& config) {
  Model model = make_model(config);
  model.initialize(config.seed);
  return model;
}

std::string refusal(const std::string& path) {
  return test::refusal_of<Error>([&] { load_model(path, Communicator::self()); });
}

TEST(ModelFile, GivesBackWeightsAndConfig) {
  const test::TemporaryFolder folder;
  const Config config = small_config();
  const Model model = small_model(config);
  save_model(folder.file("best.h5"), config, model, model.parameters());
  const StoredModel stored = load_model(folder.file("best.h5"), Communicator::self());
  EXPECT_EQ(to_yaml(stored.config), to_yaml(config));
  EXPECT_EQ(weights_hash(stored.model.parameters()), weights_hash(model.parameters()));
  EXPECT_TRUE(std::equal(model.parameters().begin(), model.parameters().end(),
                         stored.model.parameters().begin(), stored.model.parameters().end()));
  EXPECT_EQ(folder.entries(), 1);
}

TEST(ModelFile, HoldsWeightsByLayerInKerasShapes) {
  const test::TemporaryFolder folder;
  const Config config = small_config();
  const Model model = small_model(config);
  save_model(folder.file("best.h5"), config, model, model.parameters());
  const hdf5::Handle file = hdf5::open_file(folder.file("best.h5"));
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(hdf5::Dataset::open(file, "/weights/conv2d/kernel").shape(), (Sizes{2, 3, 1, 3}));
  EXPECT_EQ(hdf5::Dataset::open(file, "/weights/conv2d/bias").shape(), (Sizes{3}));
  EXPECT_EQ(hdf5::Dataset::open(file, "/weights/dense/kernel").shape(), (Sizes{60, 2}));
}

TEST(ModelFile, EqualModelsAreEqualFiles) {
  const test::TemporaryFolder folder;
  const Config config = small_config();
  const Model model = small_model(config);
  save_model(folder.file("a.h5"), config, model, model.parameters());
  save_model(folder.file("b.h5"), config, model, model.parameters());
  EXPECT_EQ(test::content_of(folder.file("a.h5")), test::content_of(folder.file("b.h5")));
}

TEST(ModelFile, NoticesADamagedWeight) {
  const test::TemporaryFolder folder;
  const Config config = small_config();
  const Model model = small_model(config);
  save_model(folder.file("best.h5"), config, model, model.parameters());
  std::string content = test::content_of(folder.file("best.h5"));
  float weight = model.parameters()[7];
  const std::size_t at = content.find(std::string(reinterpret_cast<const char*>(&weight), sizeof weight));
  ASSERT_NE(at, std::string::npos);
  content[at] = static_cast<char>(content[at] ^ 1);
  std::ofstream(folder.file("best.h5"), std::ios::binary) << content;
  EXPECT_THAT(refusal(folder.file("best.h5")), HasSubstr("best.h5 is damaged: its checksum does not match"));
}

/// A model file whose root's attributes `change` changes, sealed again.
std::string changed_model(const test::TemporaryFolder& folder, const std::function<void(hid_t)>& change) {
  const std::string path = folder.file("best.h5");
  const Config config = small_config();
  const Model model = small_model(config);
  save_model(path, config, model, model.parameters());
  {
    const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    change(file);
  }
  std::string content = test::content_of(path);
  content.resize(std::min(content.size(), content.rfind("\njetrain seal ")));
  const auto bytes = std::as_bytes(std::span(content));
  const std::vector<std::byte> sealed = hdf5::sealed({bytes.begin(), bytes.end()});
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(sealed.data()), static_cast<std::streamsize>(sealed.size()));
  return path;
}

TEST(ModelFile, ComparesTheStoredHash) {
  const test::TemporaryFolder folder;
  const std::string other(32, '0');
  const std::string path = changed_model(folder, [&](hid_t file) {
    H5Adelete(file, "weights_hash");
    hdf5::write_attribute(file, "weights_hash", other);
  });
  const std::string hash = weights_hash(small_model(small_config()).parameters());
  EXPECT_THAT(refusal(path), HasSubstr("best.h5 is damaged: its weights have the hash " + hash + ", but " +
                                       other + " was stored"));
}

TEST(ModelFile, NamesALayerWithWeightsThatAreNotFinite) {
  const test::TemporaryFolder folder;
  const Config config = small_config();
  Model model = small_model(config);
  const std::string path = folder.file("best.h5");
  const std::size_t kernels = 2 * 3 * 3 + 3;  // of the convolution
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    model.parameters()[kernels + 5] = bad;
    model.parameters()[kernels + 7] = bad;
    save_model(path, config, model, model.parameters());
    EXPECT_THAT(refusal(path), HasSubstr(path +
                                         ": 2 of the 120 values of dense/kernel are not finite (the first: "
                                         "number 5 is " +
                                         std::string(bad < 0 ? "-inf)" : "nan)")));
  }
}

TEST(ModelFile, RefusesTheLayoutOfANewerJetrain) {
  const test::TemporaryFolder folder;
  const auto with_version = [&](std::int64_t version) {
    return changed_model(folder, [&](hid_t file) {
      H5Adelete(file, "version");
      hdf5::write_attribute(file, "version", version);
    });
  };
  EXPECT_EQ(refusal(with_version(1)), "");
  EXPECT_THAT(refusal(with_version(2)), HasSubstr("best.h5 was written by a newer jetrain"));
}

TEST(ModelFile, RefusesWhatIsNoModel) {
  const test::TemporaryFolder folder;
  { const hdf5::Handle other = hdf5::create_file(folder.file("other.h5")); }
  std::ofstream(folder.file("text.h5")) << "text";
  EXPECT_THAT(refusal(folder.file("other.h5")), HasSubstr("other.h5 is not a jetrain model"));
  EXPECT_THAT(refusal(folder.file("text.h5")), HasSubstr("text.h5 is not an HDF5 file"));
  EXPECT_THAT(refusal(folder.file("missing.h5")), HasSubstr("cannot read"));
}

TEST(ModelFile, HashDependsOnEveryBit) {
  std::vector<float> a{1.0F, 2.0F, 0.0F};
  std::vector<float> b = a;
  EXPECT_EQ(weights_hash(a), weights_hash(b));
  EXPECT_EQ(weights_hash(a).size(), 32U);
  b[2] = -0.0F;
  EXPECT_NE(weights_hash(a), weights_hash(b));
}

}  // namespace
}  // namespace jetrain
