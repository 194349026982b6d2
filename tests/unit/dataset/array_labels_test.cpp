#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "dataset/array_file.hpp"
#include "dataset/selected_rows.hpp"
#include "io/hdf5_file.hpp"
#include "io/text_rows.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Three rows whose labels are written by each test.
class ArrayLabels : public testing::Test {
 protected:
  std::string write(const std::function<void(hid_t)>& labels) const {
    hdf5::write_file(folder_.file("a.h5"), hdf5::Seal::none, [&](hid_t file) {
      const float x[] = {1, 2, 3};
      hdf5::write_array(file, "x", {3, 1}, x);
      labels(file);
    });
    return folder_.file("a.h5");
  }
  template <class T>
  std::string write(const std::vector<std::int64_t>& shape, const std::vector<T>& values) const {
    return write([&](hid_t file) { hdf5::write_array(file, "y", shape, values.data()); });
  }
  /// As h5py stores str: of variable length.
  std::string write_texts(const std::vector<const char*>& texts) const {
    return write([&](hid_t file) {
      const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
      H5Tset_size(type, H5T_VARIABLE);
      H5Tset_cset(type, H5T_CSET_UTF8);
      hdf5::Dataset::create(file, "y", type, {std::ssize(texts)})
          .write_records(0, std::ssize(texts), type, texts.data());
    });
  }
  std::string write_fixed(const std::string& bytes, std::size_t size) const {
    return write([&](hid_t file) {
      const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
      H5Tset_size(type, size);
      H5Tset_strpad(type, H5T_STR_NULLPAD);
      hdf5::Dataset::create(file, "y", type, {3}).write_records(0, 3, type, bytes.data());
    });
  }

  Config completed(const std::string& path, const LossConfig& loss = {}) const {
    Config config;
    config.input = InputKind::arrays;
    config.data.files = {path};
    config.data.arrays.features = "x";
    config.data.arrays.labels = "y";
    config.data.classes = classes_;
    config.train.loss = loss;
    complete_arrays(config, self_);
    return config;
  }
  std::vector<int> labels_of_rows(const std::string& path) const {
    const Config config = completed(path);
    EXPECT_EQ(config.data.arrays.targets, 0);
    return labels_of_rows(config, path);
  }
  std::vector<int> labels_of_rows(const Config& config, const std::string& path) const {
    return labels_of_rows(SelectedRows::everything({path}, config, Set::test, self_));
  }
  std::vector<int> labels_of_rows(const SelectedRows& rows) const {
    std::vector<int> found;
    using Slot = std::vector<int>;
    rows.read<Slot>(
        rows.range(),
        [&](Slot& slot, const RowBlock& block) {
          std::int64_t skipped = 0;
          rows.make(block, 0, skipped,
                    [&](std::int64_t, Set, const SampleView& sample) { slot.push_back(sample.label); });
        },
        [&](Slot& slot) { found.insert(found.end(), slot.begin(), slot.end()); });
    return found;
  }
  std::string refusal(const std::string& path) const {
    return test::refusal_of<Error>([&] { labels_of_rows(path); });
  }

  test::TemporaryFolder folder_;
  const Communicator self_ = Communicator::self();
  std::vector<std::string> classes_;
};

TEST_F(ArrayLabels, AreClassesWhateverTheirType) {
  EXPECT_THAT(labels_of_rows(write<std::int64_t>({3}, {0, 1, 2})), ElementsAre(0, 1, 2));
  EXPECT_THAT(labels_of_rows(write<float>({3}, {0, 1, 2})), ElementsAre(0, 1, 2));
  EXPECT_THAT(labels_of_rows(write<double>({3, 1}, {2, 1, 0})), ElementsAre(2, 1, 0));
  EXPECT_THAT(labels_of_rows(write<std::uint8_t>({3, 1}, {200, 1, 0})), ElementsAre(200, 1, 0));
  EXPECT_THAT(labels_of_rows(write<float>({3, 2}, {1, 0, 0, 1, 1, 0})), ElementsAre(0, 1, 0));
  EXPECT_THAT(labels_of_rows(write<double>({3, 3}, {0, 0, 1, 0, 1, 0, 1, 0, 0})), ElementsAre(2, 1, 0));
}

TEST_F(ArrayLabels, AreTheTargetsOfARegressionWhereTheyAreFloats) {
  const LossConfig squares{MeanSquaredErrorConfig{}};
  const LossConfig binary{BinaryCrossEntropyConfig{}};
  const std::string floats = write<float>({3, 2}, {1, 0, 0, 1, 1, 0});
  EXPECT_EQ(completed(floats, squares).data.arrays.targets, 2);
  EXPECT_EQ(completed(floats, binary).data.arrays.targets, 0);
  EXPECT_EQ(completed(write<std::int32_t>({3}, {1, 0, 0}), squares).data.arrays.targets, 0);
}

TEST_F(ArrayLabels, OfARegressionAreFoundBesideAShapeThatIsGiven) {
  Config config = completed(write<float>({3}, {0.5F, 1, 2}));
  EXPECT_THAT(config.data.arrays.shape, ElementsAre(1));
  config.train.loss.kind = MeanAbsoluteErrorConfig{};
  complete_arrays(config, self_);
  EXPECT_EQ(config.data.arrays.targets, 1);
}

TEST_F(ArrayLabels, ThatAreNoClassesAreRefusedWithWhatToDo) {
  EXPECT_THAT(refusal(write<float>({3}, {0, 0.25F, 1})),
              HasSubstr("a.h5, row 1: the label is 0.25, not a class 0, 1, ... 255 (data.arrays.targets: 1"));
  EXPECT_THAT(refusal(write<std::int64_t>({3}, {0, -1, 1})),
              HasSubstr("row 1: the label is -1, not a class"));
  EXPECT_THAT(refusal(write<std::int64_t>({3}, {0, 256, 1})),
              HasSubstr("row 1: the label is 256, not a class"));
  EXPECT_THAT(refusal(write<float>({3, 2}, {1, 0, 1, 1, 1, 0})),
              HasSubstr("row 1: its labels are not one-hot"));
  EXPECT_THAT(refusal(write<float>({3, 2}, {1, 0, 0, 0, 1, 0})), HasSubstr("data.arrays.targets: 2"));
  EXPECT_THAT(refusal(write<double>({3, 3}, {1, 0, 0, 1, 0.5, -0.5, 1, 0, 0})),
              HasSubstr("row 1: its labels"));
}

TEST_F(ArrayLabels, ThatWereNeverWrittenAreNoZeros) {
  EXPECT_THAT(refusal(write([](hid_t file) { hdf5::Dataset::create<std::int64_t>(file, "y", {3}); })),
              HasSubstr(":y was never written"));
}

TEST_F(ArrayLabels, ThatAreTextAreToldByTheNamesOfTheClasses) {
  EXPECT_THAT(refusal(write_texts({"top", "QCD", "top"})),
              HasSubstr("a.h5: y holds text (top, QCD): say which is class 0, 1, ... with data.classes"));
  classes_ = {"QCD", "top"};
  EXPECT_THAT(labels_of_rows(write_texts({"top", "QCD", "top"})), ElementsAre(1, 0, 1));
}

TEST_F(ArrayLabels, ThatAreTextOfFixedLengthLoseTheirFilling) {
  classes_ = {"QCD", "top"};
  EXPECT_THAT(labels_of_rows(write_fixed(std::string("QCD\0top\0QCD ", 12), 4)), ElementsAre(0, 1, 0));
  EXPECT_THAT(refusal(write_texts({"top", "W", "top"})),
              HasSubstr("a.h5, row 1: the label is \"W\", none of data.classes (QCD, top)"));
}

TEST_F(ArrayLabels, OfSeveralClassesAreBalancedOverAll) {
  hdf5::write_file(folder_.file("b.h5"), hdf5::Seal::none, [&](hid_t file) {
    const std::vector<float> x(12, 1);
    const std::vector<std::uint8_t> y{0, 0, 0, 1, 0, 2, 2, 1, 2, 1, 0, 2};
    hdf5::write_array(file, "x", {12, 1}, x.data());
    hdf5::write_array(file, "y", {12}, y.data());
  });
  const std::string path = folder_.file("b.h5");
  classes_ = {"q", "g", "t"};
  Config config = completed(path);
  config.data.limit.jets = 7;
  const auto kept = [&] {
    const SelectedRows rows({{path}, {Set::train, Set::validation}}, {&config}, false, self_);
    std::array<int, 3> counts{};
    for (const int label : labels_of_rows(rows)) ++counts[static_cast<std::size_t>(label)];
    return counts;
  };
  EXPECT_THAT(kept(), ElementsAre(2, 2, 3));
  config.data.limit.jets = 11;
  EXPECT_THROW(kept(), CollectiveError) << "there are three of g";
  config.data.classes.clear();
  config.data.limit.jets = 6;
  EXPECT_THROW(kept(), CollectiveError) << "of two classes, class 2 would be left out without a word";
}

TEST_F(ArrayLabels, MayBeMissingWhereNobodyNeedsThem) {
  const std::string labelled = write<std::int64_t>({3}, {0, 1, 0});
  const Config config = completed(labelled);
  const std::string path = write([](hid_t) {});
  const auto rows = SelectedRows::everything({path}, config, Set::test, self_);
  EXPECT_EQ(rows.source().missing_labels(), path + " has no dataset y (data.arrays.labels)");
  EXPECT_THAT(labels_of_rows(config, path), ElementsAre(0, 0, 0));
  EXPECT_THROW(require_labels(rows.source(), "evaluate"), CollectiveError);
}

}  // namespace
}  // namespace jetrain
