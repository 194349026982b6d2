#include "app/convert.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "exchange/keras_file.hpp"
#include "exchange/npz_file.hpp"
#include "inference/model_file.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "run/config_file.hpp"

namespace jetrain {
namespace {

enum class Kind : std::int64_t { jetrain, keras, npz };

const char* name_of(Kind kind) {
  return kind == Kind::jetrain ? "jetrain's model" : kind == Kind::keras ? "Keras' weights" : "NumPy arrays";
}

/// By the ending, and for HDF5 by what is inside: models of jetrain are sealed.
Kind kind_of_source(const std::string& path) {
  if (path.ends_with(".npz")) return Kind::npz;
  if (path.ends_with(".h5") || path.ends_with(".hdf5"))
    return hdf5::has_seal(path) ? Kind::jetrain : Kind::keras;
  throw UsageError(fmt::format("{}: convert reads .h5 (jetrain's models, Keras' weights) and .npz", path));
}

/// Out of jetrain's model, .h5 means Keras' weights; out of anything else, jetrain's model.
Kind kind_of_target(const std::string& path, Kind source) {
  if (path.ends_with(".npz")) return Kind::npz;
  if (path.ends_with(".h5") || path.ends_with(".hdf5"))
    return source == Kind::jetrain ? Kind::keras : Kind::jetrain;
  if (path.ends_with(".onnx")) throw UsageError(fmt::format("{}: for ONNX there is jetrain export", path));
  throw UsageError(fmt::format("{}: convert writes .h5 and .npz", path));
}

/// The config's network with the weights of a file that holds weights alone.
StoredModel read_weights(const ConvertOptions& options, Kind source, const Communicator& comm) {
  comm.agree([&] {
    if (options.config.empty()) {
      throw UsageError(
          fmt::format("{} holds weights, but no network: name a config that has it, --config "
                      "CONFIG",
                      options.from));
    }
  });
  Config config = load_config(options.config, {}, false, comm);
  std::optional<Model> model;
  comm.agree([&] {
    model.emplace(make_model(config));
    if (!comm.is_root()) return;
    if (source == Kind::npz) return load_npz(options.from, *model);
    if (load_keras(options.from, *model) == KerasComparison::shapes)
      print_line(
          "{} has no model_config: layers were compared by their shapes only, not by activations, padding, "
          "strides and the like (model.save(\"model.h5\") writes one)",
          options.from);
  });
  return {std::move(config), std::move(*model)};
}

void write(const std::string& path, Kind target, const StoredModel& stored) {
  if (target == Kind::keras) return save_keras(path, stored.model);
  if (target == Kind::npz) return save_npz(path, stored.model);
  save_model(path, stored.config, stored.model, stored.model.parameters());
}

}  // namespace

void convert(const ConvertOptions& options, const Communicator& comm) {
  Kind source{};
  comm.agree([&] {
    if (!comm.is_root()) return;
    source = kind_of_source(options.from);
    kind_of_target(options.to, source);
    require_writable(options.to, options.overwrite);
  });
  source = static_cast<Kind>(comm.sum(comm.is_root() ? static_cast<std::int64_t>(source) : 0));
  comm.agree([&] {
    if (source == Kind::jetrain && !options.config.empty())
      throw UsageError(options.from + " is a model of jetrain and has its config: leave --config out");
  });
  const StoredModel stored =
      source == Kind::jetrain ? load_model(options.from, comm) : read_weights(options, source, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    const Kind target = kind_of_target(options.to, source);
    write(options.to, target, stored);
    print_line("{}: {} of {} layers, {} parameters, weights {}", options.to, name_of(target),
               stored.model.nodes().size(), stored.model.parameter_count(),
               weights_hash(stored.model.parameters()));
  });
}

}  // namespace jetrain
