#include "layouts/file_columns.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "read_found.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kRows = 23;

/// Of tests/data/make_layout_files.py: number j of row i is 1000 i + j, but where it says otherwise.
class FileColumnsTest : public testing::Test {
 protected:
  FileColumns open(const std::string& name, const std::string& table = "") {
    return {std::string(TEST_DATA_DIR) + "/layouts/" + name, table, self_};
  }
  std::vector<std::vector<double>> numbers(FileColumns& file, const std::string& reference) {
    const Found found = file.find(reference);
    EXPECT_EQ(found.rows, kRows);
    return test::numbers_of(file, found, {0, kRows});
  }
  /// That `reference` names, in each row i, the numbers 1000 i + first, + step, ...
  void expect_numbers(FileColumns& file, const std::string& reference, std::vector<std::int64_t> shape,
                      int first, int step) {
    EXPECT_EQ(file.find(reference).shape, shape) << reference;
    const auto rows = numbers(file, reference);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < rows[i].size(); ++j) {
        const auto expected = 1000 * static_cast<int>(i) + first + step * static_cast<int>(j);
        ASSERT_EQ(rows[i][j], expected) << reference << ", row " << i << ", number " << j;
      }
    }
  }
  template <class Value>
  void expect_values(FileColumns& file, const std::string& reference, const Value& value) {
    const auto rows = numbers(file, reference);
    for (std::size_t i = 0; i < rows.size(); ++i)
      ASSERT_THAT(rows[i], ElementsAre(value(static_cast<int>(i)))) << reference << ", row " << i;
  }

  Communicator self_ = Communicator::self();
};

TEST_F(FileColumnsTest, FindsColumnsOfAPandasTableByTheirNames) {
  FileColumns file = open("frame.h5");
  EXPECT_EQ(file.table(), "/table");
  EXPECT_EQ(file.columns().size(), 22U);
  EXPECT_EQ(file.columns()[1], "PX_0");
  expect_numbers(file, "PX_3", {}, 13, 0);
  expect_numbers(file, "E_*", {5}, 0, 4);
  expect_numbers(file, "PZ_*", {5}, 3, 4);
  expect_values(file, "ttv", [](int i) { return i % 3; });
  expect_values(file, "is_signal_new", [](int i) { return i % 2; });
  expect_numbers(file, "table/table.values_block_0[7]", {}, 7, 0);
  EXPECT_THAT(file.datasets(), IsEmpty()) << "the table's own";
}

TEST_F(FileColumnsTest, ReadsAnyOrderOfColumnsAndAnyDtype) {
  for (const char* name : {"frame_other.h5", "frame_fixed.h5"}) {
    FileColumns file = open(name);
    expect_numbers(file, "E_*", {5}, 0, 4);
    expect_numbers(file, "PX_*", {5}, 1, 4);
    expect_numbers(file, "PY_2", {}, 10, 0);
    expect_numbers(file, "PZ_*", {5}, 3, 4);
    expect_values(file, "ttv", [](int i) { return i % 3; });
    expect_values(file, "is_signal_new", [](int i) { return i % 2; });
    expect_values(file, "weight", [](int i) { return i / 4.0; });
    expect_values(file, "npv", [](int i) { return 60000 + i; });
    expect_values(file, "größe", [](int i) { return i - 7; });
    EXPECT_EQ(file.find("is_signal_new").places[0].format.kind, NumberKind::truth);
    EXPECT_THAT(file.columns(), AllOf(Contains("text"), Not(Contains("index"))));
  }
}

TEST_F(FileColumnsTest, SaysWhatIsNoNumberAndWhatToDo) {
  FileColumns table = open("frame_other.h5");
  EXPECT_THAT(test::refusal_of<Error>([&] { table.find("text"); }),
              AllOf(HasSubstr("frame_other.h5, column text of /deep/df holds text of "),
                    HasSubstr("numbers are needed")));
  EXPECT_THAT(test::refusal_of<Error>([&] { table.find("kind"); }),
              HasSubstr("column kind of /deep/df is of pandas' categories"));
  FileColumns fixed = open("frame_fixed.h5");
  EXPECT_THAT(test::refusal_of<Error>([&] { fixed.find("text"); }),
              AllOf(HasSubstr("column text of /df is stored as a pickle"), HasSubstr("format=\"table\"")));
  FileColumns levels = open("frame_levels.h5");
  EXPECT_THAT(test::refusal_of<Error>([&] { levels.find("E"); }),
              AllOf(HasSubstr("frame_levels.h5"), HasSubstr("values_block_0_kind has the pickle opcode")));
}

TEST_F(FileColumnsTest, WantsATableToBeNamedWhereThereAreTwo) {
  FileColumns unclear = open("frame_two.h5");
  EXPECT_THAT(unclear.tables(), ElementsAre("/first", "/second"));
  for (const auto& look : {std::function<void()>([&] { unclear.find("E_0"); }),
                           {[&] { unclear.try_find("E_0"); }},
                           {[&] { unclear.find("PZ_*"); }},
                           {[&] { unclear.columns(); }}}) {
    EXPECT_THAT(test::refusal_of<Error>(look),
                AllOf(HasSubstr("frame_two.h5 has several tables (first, second)"), HasSubstr("data.table")));
  }
  EXPECT_FALSE(unclear.try_find("nothing"));
  expect_numbers(unclear, "second.E_0", {}, 0, 0);
  expect_numbers(unclear, "second.PZ_*", {5}, 3, 4);
  for (const char* named : {"second", "/second", "second/table"}) {
    FileColumns file = open("frame_two.h5", named);
    expect_numbers(file, "PZ_*", {5}, 3, 4);
  }
  EXPECT_THAT(test::refusal_of<Error>([&] { open("frame_two.h5", "third"); }),
              HasSubstr("frame_two.h5 has no table third (data.table); its tables: first, second"));
}

TEST_F(FileColumnsTest, RefusesToGuessAmongMoreThanItLooksAt) {
  const test::TemporaryFolder folder;
  {
    const hdf5::Handle file = hdf5::create_file(folder.file("many.h5"));
    for (int i = 0; i < 5000; ++i)
      hdf5::Handle(H5Gcreate2(file, fmt::format("z{}", i).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   H5Gclose);
    const float x[] = {1, 2};
    for (const char* name : {"pt_0", "pt_1", "zz"}) hdf5::write_array(file, name, {2}, x);
  }
  FileColumns file(folder.file("many.h5"), "", self_);
  EXPECT_EQ(file.find("zz").rows, 2);
  EXPECT_FALSE(file.try_find("eta_*"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("pt_*"); }),
              AllOf(HasSubstr("many.h5 holds so many"), HasSubstr("pt_*")));
}

TEST_F(FileColumnsTest, ReadsColumnsThatAreNumbered) {
  FileColumns file = open("frame_numbers.h5");
  EXPECT_THAT(file.columns(), ElementsAre("0", "1", "2", "3"));
  expect_numbers(file, "2", {}, 2, 0);
}

TEST_F(FileColumnsTest, RefusesAGapInNumberedColumns) {
  FileColumns file = open("frame_gap.h5");
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("PX_*"); }),
              HasSubstr("frame_gap.h5 has PX_4 but no PX_3"));
  expect_numbers(file, "PY_*", {5}, 2, 4);
  EXPECT_FALSE(file.try_find("PT_*"));
}

TEST_F(FileColumnsTest, SaysWhatThereIsAndWhatIsNear) {
  FileColumns file = open("frame.h5");
  EXPECT_FALSE(file.try_find("is_signal"));
  EXPECT_THAT(
      test::refusal_of<Error>([&] { file.find("is_signal"); }),
      AllOf(HasSubstr("frame.h5 has no column or dataset is_signal (did you mean is_signal_new?); it has: "),
            HasSubstr("E_* (5), PX_* (5), PY_* (5), PZ_* (5), ttv, is_signal_new")));
}

TEST_F(FileColumnsTest, ReadsDatasetsOfEachStorage) {
  FileColumns file = open("datasets.h5");
  EXPECT_EQ(file.table(), "");
  EXPECT_THAT(file.columns(), IsEmpty());
  expect_numbers(file, "fjet_pt", {7}, 0, 1);
  expect_numbers(file, "/fjet_pt", {7}, 0, 1);
  expect_numbers(file, "soft", {7}, 0, 1);
  expect_numbers(file, "fjet_eta", {7}, 0, 1);
  expect_numbers(file, "fjet_big", {7}, 0, 1);
  expect_numbers(file, "group/set", {4, 6}, 0, 1);
  expect_numbers(file, "group/set[2]", {4}, 2, 6);
  expect_numbers(file, "group/wide", {4, 6}, 0, 1);
  expect_numbers(file, "fjet_pt[6]", {}, 6, 0);
  expect_values(file, "labels", [](int i) { return i % 2; });
  expect_values(file, "is_top", [](int i) { return i % 2; });
  const Found half = file.find("fjet_half");
  EXPECT_EQ(test::numbers_of(file, half, {5, 6})[0][2], 5002 % 1001);
  const Found ids = file.find("ids");
  EXPECT_EQ(describe(ids.places[0].format), "uint64, big-endian");
}

TEST_F(FileColumnsTest, NamesDatasetsThatCannotBeUsed) {
  FileColumns file = open("datasets.h5");
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("names"); }),
              HasSubstr("datasets.h5:names holds text"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("one"); }),
              HasSubstr("datasets.h5:one is a single value"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("none"); }), HasSubstr("datasets.h5:none has no rows"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("empty"); }),
              HasSubstr("datasets.h5:empty has the shape (0) a row"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("empty_tracks.x"); }),
              HasSubstr("datasets.h5:empty_tracks.x has the shape (0) a row"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("never"); }),
              HasSubstr("datasets.h5:never was never written"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("nowhere"); }), HasSubstr("datasets.h5:nowhere"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("group"); }), HasSubstr("no column or dataset group"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("fjet_pt[7]"); }),
              HasSubstr("there is no [7] in its last dimension"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("labels[0]"); }), HasSubstr("it has no [0]"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("fjet_p"); }), HasSubstr("did you mean fjet_pt?"));
  EXPECT_FALSE(file.try_find(""));
  EXPECT_FALSE(file.try_find("/"));
  EXPECT_FALSE(file.try_find("fjet_pt.x"));
}

TEST_F(FileColumnsTest, FindsMembersOfCompounds) {
  FileColumns file = open("compounds.h5");
  EXPECT_EQ(file.table(), "/jets");
  expect_numbers(file, "pt", {}, 0, 0);
  expect_numbers(file, "jets.pt", {}, 0, 0);
  expect_values(file, "label", [](int i) { return i % 3; });
  expect_numbers(file, "jets.score", {3}, 0, 1);
  expect_numbers(file, "score[2]", {}, 2, 0);
  expect_numbers(file, "tracks.pt", {4}, 0, 1);
  expect_numbers(file, "tracks.first.y", {4}, 7, 1);
  expect_numbers(file, "tracks.hits.x", {4, 2}, 0, 1);
  EXPECT_EQ(numbers(file, "tracks.d.0")[5], (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(numbers(file, "tracks.valid")[1], (std::vector<double>{1, 0, 1, 0}));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("tracks"); }), HasSubstr("name one, as tracks.pt"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("tracks.phi"); }), HasSubstr("tracks.pt"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("jets.name"); }),
              HasSubstr("compounds.h5:jets.name holds text"));
}

TEST_F(FileColumnsTest, RefusesTypesThatContradictThemselves) {
  constexpr std::streamoff kOffsetOfX = 1719;  // in tracks.first, its second byte
  const test::TemporaryFolder folder;
  const std::string path = folder.file("damaged.h5");
  std::filesystem::copy_file(std::string(TEST_DATA_DIR) + "/layouts/compounds.h5", path);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(kOffsetOfX).put(4);
  FileColumns file(path, "", self_);
  for (const char* reference : {"tracks.pt", "tracks.hits.y", "tracks.first.y"}) {
    EXPECT_THAT(
        test::refusal_of<Error>([&] { file.find(reference); }),
        HasSubstr("damaged.h5:tracks contradicts itself (x of 4 bytes at byte 1024 of a compound of 8)"));
  }
  expect_values(file, "jets.label", [](int i) { return i % 3; });
}

TEST_F(FileColumnsTest, ReadsNumPysFiles) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    FileColumns file = open(name);
    expect_numbers(file, "X", {6, 4}, 0, 1);
    expect_numbers(file, "X[3]", {6}, 3, 4);
    expect_values(file, "y", [](int i) { return i % 2; });
    expect_values(file, "flags", [](int i) { return 1 - i % 2; });
    EXPECT_EQ(describe(file.find("big").places[0].format), "int16, big-endian");
    EXPECT_EQ(test::numbers_of(file, file.find("big"), {7, 8})[0], (std::vector<double>{7000, 7001, 7002}));
    EXPECT_THAT(test::refusal_of<Error>([&] { file.find("x"); }), HasSubstr("did you mean X?"));
  }
  FileColumns alone = open("alone.npy");
  expect_numbers(alone, "arr_0", {6, 4}, 0, 1);
}

TEST_F(FileColumnsTest, RefusesWhatNumPyPickledOrTransposed) {
  FileColumns file = open("refused.npz");
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("objects"); }),
              HasSubstr("refused.npz:objects holds pickled Python objects"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("fortran"); }), HasSubstr("numpy.ascontiguousarray"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("structure"); }),
              HasSubstr("refused.npz:structure is not a NumPy array of numbers"));
  expect_values(file, "good", [](int i) { return i; });
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("number"); }), HasSubstr("is a single value"));
  EXPECT_THAT(test::refusal_of<Error>([&] { file.find("texts"); }),
              HasSubstr("refused.npz:texts holds NumPy's <U1"));
  EXPECT_THAT(test::refusal_of<Error>([&] { open("stored.npz", "df"); }), HasSubstr("leave data.table away"));
}

TEST_F(FileColumnsTest, TellsHowDatasetsAreStored) {
  FileColumns file = open("datasets.h5");
  const Found found = file.find("fjet_pt");
  const ArrayFacts facts = file.facts(found.places[0].array);
  EXPECT_EQ(facts.name, "fjet_pt");
  EXPECT_EQ(facts.type, "float32");
  EXPECT_EQ(facts.filters, "shuffle + gzip level 4");
  EXPECT_THAT(facts.chunk, ElementsAre(5, 3));
  EXPECT_EQ(facts.chunks, 15);
  EXPECT_EQ(facts.decoded_bytes, kRows * 28);
  EXPECT_TRUE(facts.raw_chunks);
  EXPECT_FALSE(file.facts(file.find("fjet_half").places[0].array).raw_chunks)
      << "fletcher32 is HDF5's to undo";
}

TEST_F(FileColumnsTest, RefusesOtherFiles) {
  EXPECT_THAT(test::refusal_of<Error>([&] { open("missing.h5"); }), HasSubstr("missing.h5"));
  EXPECT_THAT(test::refusal_of<Error>([&] { open("../make_layout_files.py"); }),
              HasSubstr("make_layout_files.py"));
}

}  // namespace
}  // namespace jetrain
