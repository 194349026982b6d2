#include "exchange/parent_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/input_file.hpp"
#include "exchange/npz_file.hpp"
#include "inference/model_file.hpp"
#include "io/zip_directory.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

bool is_archive(const std::string& path) {
  const InputFile file(path);
  std::string start(kZipMagic.size(), '\0');
  if (file.size() < std::ssize(start)) return false;
  file.read(0, std::as_writable_bytes(std::span(start)));
  return start == kZipMagic;
}

void require_finite(const std::string& path, const std::string& name, const NpyArray& array) {
  const auto bad = std::find_if(array.values.begin(), array.values.end(),
                                [](float value) { return !std::isfinite(value); });
  if (bad == array.values.end()) return;
  throw DataError(
      fmt::format("{}: {} holds {} (number {}), as of a training that diverged: nothing can begin with it",
                  path, name, *bad, bad - array.values.begin()));
}

ParentWeights weights_of_archive(const std::string& path) {
  ParentWeights parent;
  std::vector<float> all;
  for (auto& [name, array] : read_npz(path)) {
    require_finite(path, name, array);
    all.insert(all.end(), array.values.begin(), array.values.end());
    parent.arrays.insert_or_assign(std::move(name), std::move(array));
  }
  parent.weights_hash = weights_hash(all);
  return parent;
}

ParentWeights weights_of_model(const std::string& path) {
  StoredModel stored = read_model(path);
  ParentWeights parent;
  const std::span<const float> all = std::as_const(stored.model).parameters();
  parent.weights_hash = weights_hash(all);
  for (const ParameterView& view : stored.model.parameter_views()) {
    const auto values =
        all.subspan(static_cast<std::size_t>(view.offset), static_cast<std::size_t>(view.spec.size()));
    parent.arrays.emplace(view.layer + "/" + view.spec.name,
                          NpyArray{view.spec.shape, {values.begin(), values.end()}});
  }
  parent.config = std::move(stored.config);
  parent.start = std::move(stored.start);
  return parent;
}

}  // namespace

ParentWeights read_parent_weights(const std::string& path) {
  if (std::filesystem::is_directory(path))
    throw DataError(
        fmt::format("train.start.model: {0} is a folder: give the model in it, {0}/best.h5", path));
  try {
    return is_archive(path) ? weights_of_archive(path) : weights_of_model(path);
  } catch (const DataError& error) {
    throw DataError(fmt::format("train.start.model: {}", error.what()));
  }
}

}  // namespace jetrain
