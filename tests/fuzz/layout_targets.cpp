// Files of jets of any layout: pickled names, what stands where in HDF5 and NumPy's files, and their rows.

#include "layouts/pickled_names.hpp"
#include "layouts/row_reader.hpp"
#include "scratch.hpp"
#include "targets.hpp"

namespace jetrain::fuzz {
namespace {

std::vector<std::string> pickle_seeds() {
  using namespace std::string_literals;
  return {
      "(lp0\nVE_0\np1\naVPX_0\np2\naI7\nag1\na.",
      "(lp1\nS'E_0'\np2\naS\"PX_0\"\np3\na.",
      "(Va\nVb\\u03b7\nl.",
      "\x80\x02]q\0(X\x03\0\0\0E_0q\1U\5PX_0 K\1h\1e."s,
      "\x80\x04\x95\x0e\0\0\0\0\0\0\0]\x94(\x8c\x03"
      "E_0\x94\x8c\x01q\x94"
      "e."s,
  };
}

Outcome try_pickle(const std::string& bytes) {
  return outcome_of([&] { pickled_names(bytes, "fuzz"); });
}

std::vector<std::string> column_seeds() {
  std::vector<std::string> seeds;
  for (const char* name : {"frame.h5", "frame_other.h5", "frame_fixed.h5", "datasets.h5", "compounds.h5",
                           "stored.npz", "deflated.npz", "alone.npy"})
    seeds.push_back(content_of(std::string(TEST_DATA_DIR) + "/layouts/" + name));
  return seeds;
}

/// All numbers of what `reference` names.
void read_all(FileColumns& file, const std::string& reference) {
  const Found found = file.find(reference);
  const RowReader reader(file, {found.places.at(0).array});
  reader.read(
      {0, reader.rows()},
      [&](std::int64_t, const RawRows& rows) {
        double sum = 0;
        for (std::int64_t i = 0; i < rows.rows; ++i) {
          for (const NumberPlace& place : found.places) sum += rows.number(place, i);
        }
        [[maybe_unused]] volatile const double kept = sum;
      },
      [](std::int64_t) {});
}

Outcome try_columns(const std::string& bytes) {
  put(bytes);
  Outcome outcome = Outcome::refused;
  outcome_of([&] {
    FileColumns file(scratch_file(), "", Communicator::self());
    // One that is refused may stand beside others that are not.
    for (const char* reference :
         {"E_*", "PX_1", "is_signal_new", "weight", "fjet_pt", "fjet_eta", "group/set[1]", "group/wide",
          "labels", "jets.score", "tracks.hits.x", "pt", "X", "y", "arr_0"}) {
      if (outcome_of([&] { read_all(file, reference); }) == Outcome::accepted) outcome = Outcome::accepted;
    }
    file.datasets();
    file.columns();
  });
  return outcome;
}

}  // namespace

std::vector<Target> layout_targets() {
  return {{"pickle", false, pickle_seeds, try_pickle}, {"columns", false, column_seeds, try_columns}};
}

}  // namespace jetrain::fuzz
