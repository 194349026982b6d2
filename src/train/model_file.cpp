#include "jetrain/train/model_file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <vector>

#include "jetrain/core/error.hpp"
#include "jetrain/core/output_file.hpp"
#include "jetrain/io/hdf5.hpp"

namespace jetrain {
namespace {

constexpr const char* kFormat = "jetrain model";
constexpr std::int64_t kVersion = 1;

std::string dataset_path(const ParameterView& view) {
  return fmt::format("/weights/{}/{}", view.layer, view.spec.name);
}

void write_string(hid_t file, const char* path, const std::string& text) {
  const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const hdf5::Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const hdf5::Handle dataset(
      H5Dcreate2(file, path, type, space, H5P_DEFAULT, hdf5::untimed_creation(), H5P_DEFAULT), H5Dclose);
  hdf5::check(dataset, "writing the config into a model");
  hdf5::check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()),
              "writing the config into a model");
}

std::string read_config(hid_t file) {
  const hdf5::Handle dataset = hdf5::open_dataset(file, "/config");
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) throw DataError("not a text");
  std::vector<char> text(H5Tget_size(type) + 1, '\0');
  hdf5::check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), "reading a text");
  return text.data();
}

void read_weights(hid_t file, Model& model, const std::string& path) {
  for (const ParameterView& view : model.parameter_views()) {
    const hdf5::Handle dataset = hdf5::open_dataset(file, dataset_path(view));
    if (hdf5::dimensions(dataset) != view.spec.shape) {
      throw DataError(fmt::format("{}: {} does not have the shape that the model's config asks for", path,
                                  dataset_path(view)));
    }
    hdf5::check(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        model.parameters().data() + view.offset),
                "reading " + dataset_path(view));
  }
  if (weights_hash(model.parameters()) != hdf5::text_attribute(file, "weights_hash")) {
    throw DataError(
        fmt::format("{}: the weights do not match the checksum stored with them: the file is damaged", path));
  }
}

}  // namespace

std::string weights_hash(std::span<const float> parameters) {
  const XXH128_hash_t hash = XXH3_128bits(parameters.data(), parameters.size_bytes());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Shape input_shape(const ImageConfig& image) {
  return Shape::image(1, image.bins, image.bins);
}

void save_model(const std::string& path, const Config& config, const Model& model,
                std::span<const float> parameters) {
  write_whole(path, [&](const std::string& temporary) {
    const hdf5::Handle file = hdf5::create_file(temporary);
    hdf5::write_attribute(file, "format", kFormat);
    hdf5::write_attribute(file, "version", kVersion);
    hdf5::write_attribute(file, "weights_hash", weights_hash(parameters));
    write_string(file, "/config", to_yaml(config));
    const hdf5::Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links, 1);
    for (const ParameterView& view : model.parameter_views()) {
      const std::vector<hsize_t> sizes(view.spec.shape.begin(), view.spec.shape.end());
      const hdf5::Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                               H5Sclose);
      const std::string name = dataset_path(view);
      const hdf5::Handle dataset(
          H5Dcreate2(file, name.c_str(), H5T_IEEE_F32LE, space, links, hdf5::untimed_creation(), H5P_DEFAULT),
          H5Dclose);
      hdf5::check(dataset, "creating " + name + " in " + path);
      hdf5::check(
          H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, parameters.data() + view.offset),
          "writing " + name + " in " + path);
    }
    hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "writing " + path);
  });
}

StoredModel load_model(const std::string& path, const Communicator& comm) {
  std::string text;
  std::unique_ptr<Model> model;
  comm.agree([&] {
    if (!comm.is_root()) return;
    const hdf5::Handle file = hdf5::open_file(path);
    if (H5Aexists(file, "format") <= 0 || hdf5::text_attribute(file, "format") != kFormat) {
      throw DataError(fmt::format("{} is not a jetrain model: give the best.h5 of a run", path));
    }
    text = read_config(file);
    const Config config = parse_config(text, path + ":/config", {}, false);
    model = std::make_unique<Model>(config.model, input_shape(config.image));
    read_weights(file, *model, path);
  });
  text = comm.broadcast(text);
  Config config = parse_config(text, path + ":/config", {}, false);
  if (!model) model = std::make_unique<Model>(config.model, input_shape(config.image));
  comm.broadcast(model->parameters());
  return {std::move(config), std::move(*model)};
}

}  // namespace jetrain
