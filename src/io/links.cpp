#include "io/links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "io/hdf5.hpp"
#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

namespace fs = std::filesystem;

std::string value_of(hid_t file, const std::string& link, std::size_t size) {
  std::string value(size, '\0');
  check(H5Lget_val(file, link.c_str(), value.data(), size, H5P_DEFAULT), "reading the link " + link);
  return value;
}

/// Where HDF5 looks for a link's file; of a whole path that leads nowhere, the last part is tried beside the
/// link.
bool is_found(const std::string& target, const std::string& file) {
  const fs::path here = fs::path(file).parent_path();
  const fs::path path(target);
  std::vector<fs::path> places{path, here / (path.is_absolute() ? path.filename() : path)};
  if (const char* prefix = std::getenv("HDF5_EXT_PREFIX"))
    places.push_back(prefix / (path.is_absolute() ? path.filename() : path));
  std::error_code absent;
  return std::any_of(places.begin(), places.end(),
                     [&](const auto& place) { return fs::exists(place, absent); });
}

[[noreturn]] void refuse_external(const std::string& link, const std::string& value, const std::string& file,
                                  const std::string& reason) {
  unsigned flags = 0;
  const char* target_file = nullptr;
  const char* target = nullptr;
  check(H5Lunpack_elink_val(value.data(), value.size(), &flags, &target_file, &target),
        "reading the link " + link);
  const std::string what =
      fmt::format("{}:{} is a link to {} in the file {}", file, link, target, target_file);
  if (is_found(target_file, file))
    throw DataError(
        fmt::format("{}, which has no such object, or cannot be opened (HDF5: {})", what, reason));
  throw DataError(fmt::format(
      "{}, which is not there: put it beside {}, or let HDF5_EXT_PREFIX name its folder", what, file));
}

/// HDF5's note where the object cannot be opened; empty: it can.
std::string why_not_to_open(hid_t file, const std::string& path) {
  const Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
  const std::string reason = object < 0 ? last_error() : "";
  require_reads([&] { return "following the link " + path; });
  return reason;
}

}  // namespace

std::string file_of_object(hid_t object) {
  const ssize_t length = H5Fget_name(object, nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(length, 0)) + 1, '\0');
  H5Fget_name(object, name.data(), name.size());
  name.pop_back();
  return name;
}

void require_link_targets(hid_t file, const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string name = path.substr(0, end);
    H5L_info_t info{};
    if (H5Lget_info(file, name.c_str(), &info, H5P_DEFAULT) < 0) return;  // something else is wrong
    if (info.type != H5L_TYPE_SOFT && info.type != H5L_TYPE_EXTERNAL) continue;
    const std::string reason = why_not_to_open(file, name);
    if (reason.empty()) continue;
    const std::string value = value_of(file, name, info.u.val_size);
    if (info.type == H5L_TYPE_EXTERNAL) refuse_external(name, value, file_of_object(file), reason);
    throw DataError(fmt::format("{}:{} is a link to {} in the same file, where there is nothing",
                                file_of_object(file), name, value.c_str()));
  }
}

}  // namespace jetrain::hdf5
