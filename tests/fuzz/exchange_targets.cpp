// Weights from other programs: NumPy's .npz, Keras' HDF5.

#include <zip.h>

#include <stdexcept>

#include "exchange/keras_file.hpp"
#include "exchange/npz_file.hpp"
#include "inference/model_file.hpp"
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

std::vector<std::string> keras_seeds() {
  return {written_by([](const std::string& path) { save_keras(path, small_model()); })};
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
