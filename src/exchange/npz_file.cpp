#include "exchange/npz_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "core/output_file.hpp"
#include "exchange/npy_array.hpp"
#include "inference/model_file.hpp"
#include "io/zip_archive.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::string_view kEnding = ".npy";

std::string key_of(const ParameterView& view) {
  return fmt::format("{}/{}", view.layer, view.spec.name);
}

}  // namespace

void save_npz(const std::string& path, const Model& model) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const ParameterView& view : model.parameter_views()) {
    const auto values = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                   static_cast<std::size_t>(view.spec.size()));
    members.emplace_back(key_of(view) + ".npy", npy_bytes(view.spec.shape, values));
  }
  write_text(path, zip_bytes(members));
}

std::vector<std::pair<std::string, NpyArray>> read_npz(const std::string& path) {
  std::vector<std::pair<std::string, NpyArray>> arrays;
  for (const auto& [member, bytes] : unzip(path)) {
    const std::string name =
        member.ends_with(kEnding) ? member.substr(0, member.size() - kEnding.size()) : member;
    arrays.emplace_back(name, parse_npy(fmt::format("{}, array {}", path, name), bytes));
  }
  return arrays;
}

void load_npz(const std::string& path, Model& model) {
  std::map<std::string, NpyArray> arrays;
  for (auto& [name, array] : read_npz(path)) arrays.insert_or_assign(name, std::move(array));
  for (const ParameterView& view : model.parameter_views()) {
    const std::string key = key_of(view);
    const auto found = arrays.find(key);
    if (found == arrays.end()) {
      throw DataError(fmt::format("{} has no array {} ({}), which the config's network has", path, key,
                                  fmt::join(view.spec.shape, ", ")));
    }
    const NpyArray& array = found->second;
    if (array.shape != view.spec.shape) {
      throw DataError(
          fmt::format("{}: the array {} has the shape ({}), but the config's network has ({}) there", path,
                      key, fmt::join(array.shape, ", "), fmt::join(view.spec.shape, ", ")));
    }
    std::copy(array.values.begin(), array.values.end(), model.parameters().data() + view.offset);
    arrays.erase(found);
  }
  if (!arrays.empty()) {
    throw DataError(
        fmt::format("{} has {}, which the config's network does not have", path, arrays.begin()->first));
  }
  require_finite_weights(model, path);
}

}  // namespace jetrain
