#include "inference/model_file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/out_of_memory.hpp"
#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr const char* kFormat = "jetrain model";
constexpr std::int64_t kVersion = 1;
constexpr const char* kStart = "/start";

std::string dataset_path(const ParameterView& view) {
  return fmt::format("/weights/{}/{}", view.layer, view.spec.name);
}

void read_weights(hid_t file, Model& model) {
  for (const ParameterView& view : model.parameter_views()) {
    hdf5::read_array(file, dataset_path(view), view.spec.shape, model.parameters().data() + view.offset);
  }
}

void require_known_version(hid_t file, const std::string& path) {
  const std::int64_t version = hdf5::integer_attribute(file, "version");
  if (version > kVersion) {
    throw DataError(
        fmt::format("{} was written by a newer jetrain (its layout is version {}, this one reads "
                    "{}): read it with that one",
                    path, version, kVersion));
  }
}

/// The checksum says that the file is as it was written; this, that it was written, and read, rightly.
void require_stored_hash(hid_t file, const Model& model, const std::string& path) {
  const std::string stored = hdf5::text_attribute(file, "weights_hash");
  const std::string found = weights_hash(model.parameters());
  if (stored != found) {
    throw DataError(fmt::format("{} is damaged: its weights have the hash {}, but {} was stored with them",
                                path, found, stored));
  }
}

/// `text` becomes the config as it stands in the file.
StoredModel read_all(const std::string& path, std::string& text) {
  const bool complete = hdf5::has_seal(path);
  if (complete) hdf5::check_seal(path);
  const hdf5::Handle file = hdf5::open_file(path);
  if (!complete || !hdf5::has_attribute(file, "format") || hdf5::text_attribute(file, "format") != kFormat) {
    throw DataError(
        fmt::format("{} is not a jetrain model, or it is cut off: give the best.h5 of a run", path));
  }
  require_known_version(file, path);
  text = hdf5::read_text(file, "/config");
  Config config = parse_stored_config(text, path + ":/config");
  Model model = make_model(config);
  read_weights(file, model);
  require_stored_hash(file, model, path);
  require_finite_weights(model, path);
  std::string start = hdf5::exists(file, kStart) ? hdf5::read_text(file, kStart) : "";
  return {std::move(config), std::move(model), std::move(start)};
}

StoredModel read_model(const std::string& path, std::string& text) {
  const std::string purpose = "the model " + path;
  return memory_for(purpose.c_str(), [&] { return read_all(path, text); });
}

}  // namespace

std::string weights_hash(std::span<const float> parameters) {
  const XXH128_hash_t hash = XXH3_128bits(parameters.data(), parameters.size_bytes());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

void require_finite_weights(const Model& model, const std::string& path) {
  for (const ParameterView& view : model.parameter_views()) {
    const auto values = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                   static_cast<std::size_t>(view.spec.size()));
    const auto is_bad = [](float value) { return !std::isfinite(value); };
    const auto first = std::find_if(values.begin(), values.end(), is_bad);
    if (first == values.end()) continue;
    throw DataError(fmt::format(
        "{}: {} of the {} values of {}/{} are not finite (the first: number {} is {}), as of a training that "
        "diverged: its scores would mean nothing",
        path, std::count_if(first, values.end(), is_bad), values.size(), view.layer, view.spec.name,
        first - values.begin(), *first));
  }
}

void save_model(const std::string& path, const Config& config, const Model& model,
                std::span<const float> parameters, const ModelNotes& notes) {
  hdf5::write_file(path, hdf5::Seal::checksum, [&](hid_t file) {
    hdf5::write_attribute(file, "format", kFormat);
    hdf5::write_attribute(file, "version", kVersion);
    hdf5::write_attribute(file, "weights_hash", weights_hash(parameters));
    hdf5::write_text(file, "/config", to_yaml(config));
    if (!notes.reweighting.empty()) hdf5::write_text(file, "/reweighting", notes.reweighting);
    if (!notes.start.empty()) hdf5::write_text(file, kStart, notes.start);
    for (const ParameterView& view : model.parameter_views())
      hdf5::write_array(file, dataset_path(view), view.spec.shape, parameters.data() + view.offset);
  });
}

StoredModel read_model(const std::string& path) {
  std::string text;
  return read_model(path, text);
}

StoredModel load_model(const std::string& path, const Communicator& comm) {
  std::string text;
  std::optional<StoredModel> stored;
  comm.agree([&] {
    if (comm.is_root()) stored.emplace(read_model(path, text));
  });
  text = comm.broadcast(text);
  if (!stored) {
    Config config = parse_stored_config(text, path + ":/config");
    Model model = make_model(config);
    stored.emplace(StoredModel{std::move(config), std::move(model), ""});
  }
  comm.broadcast(stored->model.parameters());
  return std::move(*stored);
}

}  // namespace jetrain
