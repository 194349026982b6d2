#include "io/hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/input_file.hpp"
#include "core/write_watch.hpp"
#include "io/blosc_filter.hpp"
#include "io/file_kind.hpp"
#include "io/links.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

/// HDF5's signature stands at the beginning, or at 512, 1024, 2048, ... where a user's own block comes first.
bool has_signature(const InputFile& file) {
  constexpr std::array<unsigned char, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  constexpr std::int64_t kFirstBlock = 512;
  std::array<std::byte, kSignature.size()> found{};
  for (std::int64_t at = 0; at + std::ssize(found) <= file.size(); at = std::max(kFirstBlock, 2 * at)) {
    file.read(at, found);
    if (std::memcmp(found.data(), kSignature.data(), found.size()) == 0) return true;
  }
  return false;
}

void require_signature(const InputFile& file) {
  if (has_signature(file)) return;
  throw DataError(fmt::format("{} is not an HDF5 file: {}", file.path(), kind_of_file(file)));
}

}  // namespace

void initialize() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  register_blosc_filter();
}

std::string last_error() {
  std::string text = "no details";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &text);
  return text;
}

std::string advice_for_opening(const std::string& note) {
  const auto says = [&](const char* words) { return note.find(words) != std::string::npos; };
  if (says("truncated")) return ": it was cut off, copy it again";
  if (says("already open for write"))
    return ": another program writes it, or did not close it: end that one, or, if there is none, h5clear -s "
           "FILE";
  if (says("version") || says("unknown")) {
    return fmt::format(
        ": it may be of a newer HDF5 than the {} that is here: write it with libver=\"earliest\" (h5py), or "
        "copy it "
        "by a newer h5repack --high=2",
        library_version());
  }
  return ": it is damaged, copy it again";
}

hid_t check(hid_t id, const std::string& doing) {
  if (id >= 0) return id;
  const std::string note = last_error();
  require_reads(doing);
  throw DataError(fmt::format("{} failed (HDF5: {})", doing, note));
}

hid_t check_written(hid_t id, const std::string& doing) {
  const WriteWatch* const watch = WriteWatch::active();
  if (watch != nullptr && watch->failed())
    throw DataError(fmt::format("{} failed: {}", doing, watch->reason()));
  return check(id, doing);
}

Handle open_file(const std::string& path, const Communicator& comm) {
  initialize();
  // A rank that cannot open the file must not be the only one that stays away from what all do then.
  std::optional<InputFile> input;
  comm.agree([&] {
    input.emplace(path);
    if (comm.is_root()) require_signature(*input);
  });
  Handle file;
  comm.agree([&] { file = open_through_driver(std::move(*input), comm.size() > 1 ? &comm : nullptr); });
  return file;
}

Handle open_file(const std::string& path) {
  initialize();
  InputFile input(path);
  require_signature(input);
  return open_through_driver(std::move(input));
}

Handle create_file(const std::string& path) {
  initialize();
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  check(file, "creating " + path);
  return file;
}

bool exists(hid_t file, const std::string& path) {
  htri_t found = 1;
  for (std::size_t slash = path.find('/', 1); found > 0 && slash != std::string::npos;
       slash = path.find('/', slash + 1))
    found = H5Lexists(file, path.substr(0, slash).c_str(), H5P_DEFAULT);
  if (found > 0) found = H5Lexists(file, path.c_str(), H5P_DEFAULT);
  require_reads("looking for " + path);
  if (found < 0) require_link_targets(file, path);
  return found > 0;
}

Handle untimed_creation() {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  check(H5Pset_obj_track_times(creation, false), "choosing files without time stamps");
  return creation;
}

Handle unfilled_creation() {
  Handle creation = untimed_creation();
  check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "switching filling off");
  // As HDF5 does by itself in files of several ranks: so that one rank's file is the same.
  check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "choosing room in advance");
  return creation;
}

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace jetrain::hdf5
