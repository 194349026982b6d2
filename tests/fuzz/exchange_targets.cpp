// Weights from other programs: NumPy's .npz, Keras' HDF5.

#include <zip.h>

#include <stdexcept>

#include "exchange/keras_file.hpp"
#include "exchange/npz_file.hpp"
#include "inference/model_file.hpp"
#include "io/attributes.hpp"
#include "scratch.hpp"
#include "targets.hpp"

namespace jetrain::fuzz {
namespace {

Model small_model() {
  Model model = make_model(small_config());
  model.initialize(7);
  return model;
}

/// As numpy.savez_compressed.
void deflate_members(const std::string& path) {
  zip_t* archive = zip_open(path.c_str(), 0, nullptr);
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i)
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(i), ZIP_CM_DEFLATE, 0);
  if (zip_close(archive) != 0) throw std::runtime_error("the seed cannot be compressed");
}

std::vector<std::string> npz_seeds() {
  const Model model = small_model();
  return {written_by([&](const std::string& path) { save_npz(path, model); }),
          written_by([&](const std::string& path) {
            save_npz(path, model);
            deflate_members(path);
          })};
}

Outcome try_npz(const std::string& bytes) {
  put(bytes);
  return outcome_of([] {
    Model model = small_model();
    const std::string hash = weights_hash(model.parameters());
    load_npz(scratch_file(), model);
    if (weights_hash(model.parameters()) != hash)
      throw std::logic_error("a damaged archive is read as other weights");
  });
}

/// What a whole model says beside its weights.
constexpr const char* kModelConfig =
    R"({"class_name": "Functional", "config": {"name": "m", "layers": [{"class_name": "InputLayer", "config":
    {"batch_input_shape": [null, 6, 6, 1], "name": "in"}, "name": "in", "inbound_nodes": []}, {"class_name":
    "Conv2D", "config": {"name": "conv2d", "filters": 3, "kernel_size": [2, 3], "strides": [1, 1], "padding":
    "same", "activation": "relu"}, "name": "conv2d", "inbound_nodes": [[["in", 0, 0, {}]]]}, {"class_name":
    "MaxPooling2D", "config": {"name": "pool", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
    "name": "pool", "inbound_nodes": [[["conv2d", 0, 0, {}]]]}, {"class_name": "Flatten", "config": {"name":
    "flatten"}, "name": "flatten", "inbound_nodes": [[["pool", 0, 0, {}]]]}, {"class_name": "Dense", "config":
    {"name": "dense", "units": 2, "activation": "softmax"}, "name": "dense", "inbound_nodes": [{"args":
    [{"class_name": "__keras_tensor__", "config": {"keras_history": ["flatten", 0, 0]}}]}]}], "input_layers":
    [["in", 0, 0]], "output_layers": [["dense", 0, 0]]}})";

std::vector<std::string> keras_seeds() {
  return {written_by([](const std::string& path) { save_keras(path, small_model()); }),
          written_by([](const std::string& path) {
            save_keras(path, small_model());
            const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
            hdf5::write_attribute(file, "model_config", kModelConfig);
            hdf5::write_attribute(file, "training_config", R"({"loss": {"config": {"from_logits": false}}})");
          })};
}

Outcome try_keras(const std::string& bytes) {
  put(bytes);
  return outcome_of([] {
    Model model = small_model();
    load_keras(scratch_file(), model);
  });
}

}  // namespace

std::vector<Target> exchange_targets() {
  return {{"npz", false, npz_seeds, try_npz}, {"keras", false, keras_seeds, try_keras}};
}

}  // namespace jetrain::fuzz
