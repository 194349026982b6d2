#include "scores/score_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "io/hdf5_file.hpp"
#include "io/zip_archive.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ScoreFile : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.file(name), std::ios::binary) << content;
    return folder_.file(name);
  }
  /// A .npy file of a type and shape; its numbers are the bytes of `values`.
  template <class T>
  std::string write_npy(const std::string& name, const std::string& type, const std::string& shape,
                        const std::vector<T>& values, int version = 1, bool columns_first = false) const {
    const std::string header = "{'descr': '" + type +
                               "', 'fortran_order': " + (columns_first ? "True" : "False") +
                               ", 'shape': " + shape + ", }\n";
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(version);
    bytes += '\0';
    bytes += static_cast<char>(header.size());
    bytes.append(version == 1 ? 1 : 3, '\0');
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return write(name, bytes);
  }
  ScoreSet read(const std::string& text, const ScoreNames& names = {}) const {
    return read_score_files({write("a.csv", text)}, names).front();
  }
  static std::string refusal(const std::vector<std::string>& files, const ScoreNames& names = {}) {
    return test::refusal_of<Error>([&] { read_score_files(files, names); });
  }
  std::string refusal(const std::string& text, const ScoreNames& names = {}) const {
    return refusal(std::vector{write("a.csv", text)}, names);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ScoreFile, ReadsCsvByName) {
  const ScoreSet set = read("row,label,score\n3,0,0.25\n4,1,7.5e-1\n");
  EXPECT_THAT(set.scores, ElementsAre(0.25, 0.75));
  EXPECT_THAT(set.labels, ElementsAre(0, 1));
  EXPECT_THAT(set.rows, ElementsAre(3, 4));
}

TEST_F(ScoreFile, ReadsCsvOfOtherMakes) {
  const ScoreSet windows =
      read("\xEF\xBB\xBF\"is_top\"; \"p_top\"\r\n 1 ; +0.5 \r\n\r\n0.0;-1.5\r\n", {"p_top", "is_top"});
  EXPECT_THAT(windows.scores, ElementsAre(0.5, -1.5));
  EXPECT_THAT(windows.labels, ElementsAre(1, 0));
  EXPECT_THAT(read("# score label\n1e-400  1\n  0.5 0").labels, ElementsAre(1, 0));
  EXPECT_THAT(read("0.5\t1\n0.25\t0\n", {"1", "2"}).scores, ElementsAre(0.5, 0.25));
  EXPECT_THAT(read(",score,label\n0,0.5,True\n1,0.25,False\n", {"2", "label"}).labels, ElementsAre(1, 0));
}

TEST_F(ScoreFile, TakesNoRowNumbersThatAreNone) {
  EXPECT_TRUE(read("row,label,score\n3,0,0.25\nx,1,0.5\n").rows.empty());
  hdf5::write_file(folder_.file("a.h5"), hdf5::Seal::none, [](hid_t file) {
    const double numbers[] = {0, 1};
    for (const char* name : {"score", "label", "row"}) hdf5::write_array(file, name, {2}, numbers);
  });
  EXPECT_TRUE(read_score_files({folder_.file("a.h5")}, {}).front().rows.empty());
}

TEST_F(ScoreFile, NamesTheLineOfABadCsv) {
  EXPECT_THAT(refusal("score,label\n0.5,1\n0.5,\n"), HasSubstr("a.csv, line 3: \"\" is not a number"));
  EXPECT_THAT(refusal("score,label\n\n0.5x,1\n"), HasSubstr("a.csv, line 3: \"0.5x\" is not a number"));
  EXPECT_THAT(refusal("score,label\n0.5\n"),
              HasSubstr("a.csv, line 2: 1 columns, where the first line has 2"));
  EXPECT_THAT(refusal("score,label\n0.5,1\nnan,1\n"), HasSubstr("a.csv, line 3: the score is NaN"));
  EXPECT_THAT(refusal("score,label\n1e999,1\n"), HasSubstr("a.csv, line 2: the score is infinite"));
  EXPECT_THAT(refusal("score,label\n0.5,2\n"),
              HasSubstr("a.csv, line 2: the label is 2, but must be 0 (QCD) or 1"));
}

TEST_F(ScoreFile, ReadsScoresOfSeveralClasses) {
  const std::string text = "q,g,t,kind\n0.7,0.2,0.1,0\n0.1,0.3,0.6,2\n";
  const ScoreSet set = read(text, {"q,g,t", "kind"});
  EXPECT_THAT(set.classes, ElementsAre("q", "g", "t"));
  EXPECT_EQ(set.signal, 2);
  EXPECT_THAT(set.outputs, ElementsAre(0.7, 0.2, 0.1, 0.1, 0.3, 0.6));
  EXPECT_THAT(set.scores, ElementsAre(0.1, 0.6));
  EXPECT_THAT(set.labels, ElementsAre(0, 2));
  EXPECT_THAT(read(text, {"q,g,t", "kind", "", {}, "g"}).scores, ElementsAre(0.2, 0.3));
  EXPECT_THAT(read(text, {"1,2,3", "4", "", {"a", "b", "c"}, ""}).classes, ElementsAre("a", "b", "c"));
  // As predict writes them.
  const ScoreSet own = read("row,label,score,output_0,output_1,output_2\n5,1,0.1,0.2,0.7,0.1\n");
  EXPECT_THAT(own.classes, ElementsAre("class 0", "class 1", "class 2"));
  EXPECT_THAT(own.outputs, ElementsAre(0.2, 0.7, 0.1));
  // Whose `score` it is, is the signal.
  const std::string first = "label,score,output_a,output_b,output_c\n1,0.2,0.2,0.7,0.1\n0,0.3,0.3,0.3,0.4\n";
  EXPECT_EQ(read(first).signal, 0);
  EXPECT_THAT(read(first).scores, ElementsAre(0.2, 0.3));
  EXPECT_EQ(read(first, {"score", "label", "", {}, "b"}).signal, 1);
  EXPECT_EQ(read("label,score,output_a,output_b,output_c\n1,0.5,0.2,0.7,0.1\n").signal, 2);
  const ScoreSet quoted = read("label,\"output_a, \"\"b\"\"\",output_c,output_d\n0,0.2,0.7,0.1\n");
  EXPECT_THAT(quoted.classes, ElementsAre("a, \"b\"", "c", "d"));
  EXPECT_THAT(read("name,score,label\n\"x, y\",0.5,1\n").scores, ElementsAre(0.5));
}

TEST_F(ScoreFile, RefusesScoresThatAreNotOfSoManyClasses) {
  EXPECT_THAT(refusal("q,g,t,label\n0.7,0.2,0.1,3\n", {"q,g,t", "label"}),
              HasSubstr("line 2: the label is 3, but there are scores of 3 classes, 0 to 2"));
  EXPECT_THAT(refusal("q,g,t,label\n0.7,-0.2,0.1,1\n", {"q,g,t", "label"}),
              HasSubstr("line 2: the score -0.2 is no probability"));
  EXPECT_THAT(refusal("q,g,t,label\n0.7,0.2,0.1,1\n", {"q,g,t", "label", "", {"a", "b"}, ""}),
              HasSubstr("--classes names 2 classes"));
  EXPECT_THAT(refusal("q,g,t,label\n0.7,0.2,0.1,1\n", {"q,g,t", "label", "", {}, "W"}),
              HasSubstr("--signal W: is none of the classes (q, g, t)"));
}

TEST_F(ScoreFile, ReadsWeights) {
  EXPECT_THAT(read("score,label,w\n0.5,1,2\n0.25,0,-0.5\n", {"score", "label", "w"}).weights,
              ElementsAre(2, -0.5));
  EXPECT_TRUE(read("score,label,w\n0.5,1,2\n").weights.empty());
  EXPECT_THAT(refusal("score,label,w\n0.5,1,nan\n", {"score", "label", "w"}),
              HasSubstr("a.csv, line 2: the weight is NaN"));
  EXPECT_THAT(refusal("score,label,w\n0.5,1,1\n0.5,0,-1\n", {"score", "label", "w"}),
              HasSubstr("the weights sum to nothing above 0"));
  EXPECT_THAT(refusal("score,label\n0.5,1\n", {"score", "label", "w"}), HasSubstr("has no column w"));
  const std::string scores = write_npy<float>("s.npy", "<f4", "(2,)", {0.5F, 0.25F});
  const std::string labels = write_npy<std::uint8_t>("l.npy", "|u1", "(2,)", {1, 0});
  const std::string weights = write_npy<float>("w.npy", "<f4", "(2,)", {3, 1});
  EXPECT_THAT(read_score_files({scores, labels}, {"score", "label", weights}).front().weights,
              ElementsAre(3, 1));
}

TEST_F(ScoreFile, ReadsOneHotLabelsOfSeveralClasses) {
  const std::string scores = write_npy<float>("s.npy", "<f4", "(2, 3)", {0.5F, 0.25F, 0.25F, 0, 0, 1});
  const std::string labels = write_npy<float>("l.npy", "<f4", "(2, 3)", {0, 1, 0, 0, 0, 1});
  EXPECT_THAT(read_score_files({scores, labels}, {}).front().labels, ElementsAre(1, 2));
  const std::string soft = write_npy<float>("m.npy", "<f4", "(2, 3)", {0, 1, 0, 0, 0.5F, 0.5F});
  EXPECT_THAT(refusal(std::vector{scores, soft}), HasSubstr("m.npy, row 1: its 3 labels are not one-hot"));
}

TEST_F(ScoreFile, TellsWhetherTwoAreOfTheSameJets) {
  const ScoreSet first = read("row,score,label\n1,0.5,1\n2,0.5,0\n");
  EXPECT_EQ(difference_of_jets(first, read("row,score,label\n1,0.1,1\n2,0.2,0\n")), "");
  EXPECT_EQ(difference_of_jets(first, read("score,label\n0.1,1\n0.2,0\n")), "");
  EXPECT_THAT(difference_of_jets(first, read("row,score,label\n1,0.1,1\n3,0.2,0\n")),
              HasSubstr("row numbers"));
  EXPECT_THAT(difference_of_jets(first, read("score,label\n0.1,0\n0.2,1\n")), HasSubstr("labels"));
  EXPECT_THAT(difference_of_jets(first, read("score,label\n0.1,0\n")), HasSubstr("2 and 1"));
  EXPECT_FALSE(leaves_probabilities(first));
  EXPECT_TRUE(leaves_probabilities(read("score,label\n-0.1,0\n")));
}

TEST_F(ScoreFile, SaysHowFilesOfOtherKindsAreConverted) {
  for (const auto& [name, how] : {std::pair("a.root", "uproot.open(\"a.root\")"),
                                  std::pair("a.parquet", "pandas.read_parquet(\"a.parquet\")"),
                                  std::pair("a.pkl", "pandas.read_pickle(\"a.pkl\")")})
    EXPECT_THAT(refusal(std::vector<std::string>{name}), HasSubstr(how));
  EXPECT_THAT(refusal(std::vector<std::string>{"scores"}), HasSubstr("give it that ending"));
}

TEST_F(ScoreFile, SaysWhichColumnsThereAre) {
  EXPECT_THAT(refusal("p,label\n0.5,1\n"),
              HasSubstr("has no column score: say where things are with --score"));
  EXPECT_THAT(refusal("p,label\n0.5,1\n"), HasSubstr("(it has: p, label)"));
  EXPECT_THAT(refusal("0.5,1\n"), HasSubstr("no line of names, and 2 columns"));
  EXPECT_THAT(refusal("0.5,1\n", {"1", "3"}), HasSubstr("has no column 3"));
  EXPECT_THAT(refusal(""), HasSubstr("has no scores"));
  EXPECT_THAT(refusal("score,label\n"), HasSubstr("has no scores"));
}

TEST_F(ScoreFile, ReadsHdf5) {
  const std::string path = folder_.file("a.h5");
  hdf5::write_file(path, hdf5::Seal::none, [](hid_t file) {
    const double both[] = {0.75, 0.25, 0.5, 0.5, 0.125, 0.875};
    const std::int64_t classes[] = {1, 0, 1, 0, 0, 1};
    const std::int64_t rows[] = {10, 11, 13};
    hdf5::write_array(file, "out/p", {3, 2}, both);
    hdf5::write_array(file, "out/classes", {3, 2}, classes);
    hdf5::write_array(file, "out/cube", {1, 1, 3}, both);
    hdf5::write_text(file, "text", "no numbers");
    hdf5::write_array(file, "row", {3}, rows);
  });
  const ScoreSet set = read_score_files({path}, {"out/p", "out/classes"}).front();
  EXPECT_THAT(set.scores, ElementsAre(0.25, 0.5, 0.875));
  EXPECT_THAT(set.labels, ElementsAre(0, 0, 1));
  EXPECT_THAT(set.rows, ElementsAre(10, 11, 13));
  const std::vector<std::string> file{path};
  EXPECT_THAT(
      refusal(file),
      HasSubstr("no dataset score: say where things are with --score and --label (it has: out, row, text)"));
  EXPECT_THAT(refusal(file, {"out/cube", "row"}), HasSubstr("has the shape (1, 1, 3)"));
  EXPECT_THAT(refusal(file, {"text", "row"}), HasSubstr("does not hold plain numbers"));
  EXPECT_THAT(refusal(file, {"out/p", "row"}), HasSubstr("a.h5, row 0: the label is 10"));
}

TEST_F(ScoreFile, ReadsNpyOfManyTypes) {
  const std::string scores = write_npy<float>("s.npy", "<f4", "(3,)", {0.5F, 0.25F, 0.125F});
  const std::string labels = write_npy<std::uint8_t>("b.npy", "|b1", "(3, 2)", {1, 0, 0, 1, 1, 0}, 2);
  const std::string wide = write_npy<std::int64_t>("w.npy", "<i8", "(3, 1)", {0, 1, 0});
  const std::string columns = write_npy<double>("c.npy", "<f8", "(3, 2)", {9, 9, 9, 0.5, 1.5, 2.5}, 1, true);
  const auto sets = read_score_files({scores, labels, columns, wide}, {});
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_THAT(sets[0].scores, ElementsAre(0.5, 0.25, 0.125));
  EXPECT_THAT(sets[0].labels, ElementsAre(0, 1, 0));
  EXPECT_THAT(sets[1].scores, ElementsAre(0.5, 1.5, 2.5));
  EXPECT_EQ(sets[0].labels, sets[1].labels);
}

TEST_F(ScoreFile, ReadsNpz) {
  const std::string scores =
      test::content_of(write_npy<float>("s.npy", "<f4", "(3,)", {0.5F, 0.25F, 0.125F}));
  const std::string labels = test::content_of(write_npy<std::uint8_t>("l.npy", "|b1", "(3,)", {1, 0, 1}));
  const std::string rows = test::content_of(write_npy<std::int64_t>("r.npy", "<i8", "(3,)", {4, 6, 7}));
  const std::string path =
      write("a.npz",
            zip_bytes({{"score.npy", scores}, {"label.npy", labels}, {"row.npy", rows}, {"b.npy", labels}}));
  const ScoreSet set = read_score_files({path}, {}).front();
  EXPECT_THAT(set.scores, ElementsAre(0.5, 0.25, 0.125));
  EXPECT_THAT(set.labels, ElementsAre(1, 0, 1));
  EXPECT_THAT(set.rows, ElementsAre(4, 6, 7));
  EXPECT_THAT(read_score_files({path}, {"score", "label", "row"}).front().weights, ElementsAre(4, 6, 7));
  EXPECT_THAT(read_score_files({path}, {"score,b,b", "label"}).empty(), false) << "probabilities all";
  EXPECT_THAT(
      refusal(std::vector{path}, {"p", "label"}),
      HasSubstr("a.npz has no array p: say where things are with --score and --label (it has: b, label, row, "
                "score)"));
  const std::string odd =
      write("b.npz", zip_bytes({{"score.npy", scores}, {"label.npy", labels}, {"row.npy", "text"}}));
  EXPECT_TRUE(read_score_files({odd}, {}).front().rows.empty());
  EXPECT_THAT(refusal(std::vector{write("c.npz", "no archive")}), HasSubstr("c.npz is not a .npz file"));
}

TEST_F(ScoreFile, RefusesBadNpy) {
  const std::string good = write_npy<float>("s.npy", "<f4", "(2,)", {0.5F, 0.25F});
  const auto with = [&](const std::string& other) { return refusal(std::vector{other, good}); };
  EXPECT_THAT(with(write_npy<float>("a.npy", "<f4", "(3,)", {0.5F})), HasSubstr("a.npy is cut off"));
  EXPECT_THAT(with(write_npy<float>("a.npy", "<f4", "(999999999999999,)", {0.5F})),
              HasSubstr("a.npy is cut off"));
  EXPECT_THAT(with(write_npy<float>("a.npy", ">f4", "(1,)", {0.5F})), HasSubstr("numbers of type >f4"));
  EXPECT_THAT(with(write_npy<float>("a.npy", "<f4", "(1, 3)", {1, 2, 3})),
              HasSubstr("has 1 scores, but 2 labels"));
  EXPECT_THAT(with(write_npy<float>("a.npy", "<f4", "(1, 1, 1)", {1})),
              HasSubstr("(N), (N, 1), (N, 2) or, of K classes, (N, K)"));
  EXPECT_THAT(with(write("a.npy", "text")), HasSubstr("a.npy is not a NumPy array"));
  EXPECT_THAT(with(write_npy<float>("a.npy", "<f4", "(1,)", {1})),
              HasSubstr("has 1 scores, but 2 labels are in"));
  const std::string labels = write_npy<std::int8_t>("l.npy", "|i1", "(2,)", {1, 0});
  EXPECT_THAT(refusal(std::vector{write_npy<float>("a.npy", "<f4", "(2,)", {1, NAN}), labels}),
              HasSubstr("a.npy, row 1: the score is NaN"));
  EXPECT_THAT(refusal(std::vector{good, good}), HasSubstr("s.npy, row 0: the label is 0.5"));
  EXPECT_THAT(refusal(std::vector{good}), HasSubstr("name the .npy file of its labels behind it"));
  EXPECT_THAT(refusal(std::vector<std::string>{"a.parquet"}), HasSubstr("a.parquet: scores are read from"));
  EXPECT_THAT(refusal(std::vector<std::string>{"no.csv"}), HasSubstr("cannot read no.csv: No such file"));
}

}  // namespace
}  // namespace jetrain
