#include "layouts/hdf5_contents.hpp"

#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "io/reading_driver.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;

constexpr std::size_t kMostObjects = 4096;
/// Groups in groups; a group that links to itself has no end.
constexpr int kDeepest = 8;

std::vector<std::string> names_in(hid_t group) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t* link, void* list) -> herr_t {
    auto& all = *static_cast<std::vector<std::string>*>(list);
    if (link->type < H5L_TYPE_UD_MIN || link->type == H5L_TYPE_EXTERNAL) all.emplace_back(name);
    return all.size() <= kMostObjects ? 0 : 1;  // one more, so that there are too many is seen
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  hdf5::require_reads("listing a file");
  return names;
}

Handle open_object(hid_t file, const std::string& path) {
  Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
  hdf5::require_reads([&] { return "opening " + path; });
  return object;
}

void add_dataset(hid_t dataset, const std::string& path, Hdf5Contents& contents) {
  contents.datasets.push_back(path);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Tget_class(type) != H5T_COMPOUND) return;
  const int dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions == 1) contents.compounds.push_back(path);
  if (dimensions > 1) contents.wider_compounds.push_back(path);
}

void go_through(hid_t file, hid_t group, const std::string& prefix, int depth, std::size_t& left,
                Hdf5Contents& contents) {
  for (const std::string& name : names_in(group)) {
    if (left == 0 || depth > kDeepest) {
      contents.complete = false;
      return;
    }
    --left;
    const std::string path = prefix + name;
    const Handle object = open_object(file, path);
    if (object < 0) {
      contents.broken.push_back(path);
      continue;
    }
    const H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_DATASET) {
      add_dataset(object, path, contents);
    } else if (kind == H5I_GROUP && !name.starts_with("_i_")) {
      const std::string type = pandas_type(object);
      if (type == "frame_table" || type == "frame") contents.frames.push_back(path);
      if (type.empty()) go_through(file, object, path + "/", depth + 1, left, contents);
    }
  }
}

}  // namespace

std::string pandas_type(hid_t group) {
  constexpr const char* kName = "pandas_type";
  return hdf5::has_attribute(group, kName) ? hdf5::text_attribute(group, kName) : "";
}

Hdf5Contents contents_of(hid_t file) {
  Hdf5Contents contents;
  std::size_t left = kMostObjects;
  const Handle root = open_object(file, "/");
  go_through(file, root, "", 0, left, contents);
  return contents;
}

bool is_dataset(hid_t file, const std::string& path) {
  if (path.empty() || path == "/" || path.ends_with('/') || !hdf5::exists(file, path)) return false;
  const Handle object = open_object(file, path);
  if (object < 0) hdf5::Dataset::open(file, path);  // says what is wrong
  return H5Iget_type(object) == H5I_DATASET;
}

}  // namespace jetrain
