#include "run/start_weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/config_values.hpp"
#include "core/file_names.hpp"
#include "core/printable_text.hpp"
#include "exchange/parent_weights.hpp"
#include "jetrain/error.hpp"
#include "nn/layer_choice.hpp"
#include "run/start_checks.hpp"

namespace jetrain {
namespace {

/// Shapes by the arrays' names.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// Of each layer, as the file has it.
std::map<std::string, Shapes> layers_of(const ParentWeights& parent) {
  std::map<std::string, Shapes> layers;
  for (const auto& [name, array] : parent.arrays) {
    const std::size_t slash = name.rfind('/');
    if (slash != std::string::npos) layers[name.substr(0, slash)][name.substr(slash + 1)] = array.shape;
  }
  return layers;
}

std::map<std::string, Shapes> layers_of(const Model& model) {
  std::map<std::string, Shapes> layers;
  for (const ParameterView& view : model.parameter_views())
    layers[view.layer][view.spec.name] = view.spec.shape;
  return layers;
}

/// In what a layer there is another one than here; "" where it is the same.
std::string difference(const Shapes& there, const Shapes& here) {
  for (const auto& [name, shape] : here) {
    const auto found = there.find(name);
    if (found == there.end()) return fmt::format("has no {} there", name);
    if (found->second != shape)
      return fmt::format("{} is ({}) there and ({}) here", name, fmt::join(found->second, ", "),
                         fmt::join(shape, ", "));
  }
  for (const auto& [name, shape] : there)
    if (!here.contains(name)) return fmt::format("has no {} here", name);
  return "";
}

/// Which layers of the file are wanted.
std::set<std::string> wanted_layers(const StartConfig& start, const std::map<std::string, Shapes>& there) {
  std::vector<std::string> names;
  for (const auto& [name, shapes] : there) names.push_back(name);
  const auto chosen = [&](const std::vector<std::string>& patterns, const char* key) {
    return chosen_layers(patterns, names, fmt::format("train.start.{}: in {}", key, start.model));
  };
  const std::vector<bool> in = chosen(start.layers, "layers");
  const std::vector<bool> out = chosen(start.except, "except");
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < names.size(); ++i)
    if ((start.layers.empty() || in[i]) && !out[i]) wanted.insert(names[i]);
  return wanted;
}

StartLink match(const StartConfig& start, const ParentWeights& parent, const Model& model) {
  const std::map<std::string, Shapes> there = layers_of(parent);
  const std::map<std::string, Shapes> here = layers_of(model);
  const std::set<std::string> wanted = wanted_layers(start, there);
  StartLink link;
  link.model = start.model;
  link.weights_hash = parent.weights_hash;
  for (const auto& [name, shapes] : there) {
    const auto own = here.find(name);
    const std::string other = own == here.end() ? "is not in this network" : difference(shapes, own->second);
    if (!wanted.contains(name))
      link.left.push_back({name, "is not asked for"});
    else if (!other.empty())
      link.left.push_back({name, other});
  }
  for (const std::string& layer : layers_with_weights(model.graph(), false)) {
    const auto found = there.find(layer);
    const bool taken =
        wanted.contains(layer) && found != there.end() && difference(found->second, here.at(layer)).empty();
    (taken ? link.taken : link.fresh).push_back(layer);
  }
  if (!link.taken.empty()) return link;
  std::vector<std::string> reasons;
  for (const LeftLayer& left : link.left) reasons.push_back(fmt::format("{} {}", left.layer, left.why));
  throw UsageError(
      fmt::format("train.start.model: {}: no layer is taken, so that the training would begin anew ({}): "
                  "this network has "
                  "{}; layers are taken by name and shape",
                  start.model,
                  reasons.empty() ? "there is none of the form LAYER/kernel"
                                  : fmt::format("{}", fmt::join(reasons, "; ")),
                  fmt::join(link.fresh, ", ")));
}

/// From the parent's config to this one; lists of other layers as their number.
std::vector<ConfigChange> changes(const Config& parent, const Config& own) {
  const auto values_of = [](const Config& config) {
    const auto values = config_values(config);
    return std::map<std::string, std::string>(values.begin(), values.end());
  };
  const std::map<std::string, std::string> before = values_of(parent);
  const std::map<std::string, std::string> now = values_of(own);
  const auto value = [](const std::map<std::string, std::string>& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  std::vector<ConfigChange> all;
  bool other_layers = false;
  for (const std::string& key : differing_keys(parent, own)) {
    if (key.starts_with("train.start.")) continue;
    if (key.starts_with("model.layers[")) {
      if (!std::exchange(other_layers, true))
        all.push_back({"model.layers", fmt::format("{} layers", parent.model.layers.size()),
                       fmt::format("{} layers", own.model.layers.size())});
      continue;
    }
    all.push_back({key, value(before, key), value(now, key)});
  }
  return all;
}

void copy_taken(const ParentWeights& parent, const std::vector<std::string>& taken, Model& model) {
  const std::span<float> parameters = model.parameters();
  for (const ParameterView& view : model.parameter_views()) {
    if (std::find(taken.begin(), taken.end(), view.layer) == taken.end()) continue;
    const NpyArray& array = parent.arrays.at(view.layer + "/" + view.spec.name);
    std::copy(array.values.begin(), array.values.end(), parameters.begin() + view.offset);
  }
}

std::string table_of(const StartRecord& start) {
  const StartLink& link = start.link;
  std::string text =
      fmt::format("started from {} (weights {})\n", printable_line(link.model), link.weights_hash);
  const auto line = [&](const char* what, const std::vector<std::string>& entries, const char* between) {
    if (!entries.empty())
      text +=
          fmt::format("  {:<9}{}\n", what, printable_line(fmt::format("{}", fmt::join(entries, between))));
  };
  std::vector<std::string> left;
  for (const LeftLayer& one : link.left) left.push_back(fmt::format("{} {}", one.layer, one.why));
  std::vector<std::string> changed;
  for (const ConfigChange& one : link.changed)
    changed.push_back(fmt::format("{} {} -> {}", one.key, one.before.empty() ? "(none)" : one.before,
                                  one.now.empty() ? "(none)" : one.now));
  line("taken", link.taken, ", ");
  line("left", left, "; ");
  line("new", link.fresh, ", ");
  line("changed", changed, "; ");
  text.pop_back();  // the last end of line is the log's
  return text;
}

/// Frozen layers that nobody ever trained.
std::vector<std::string> frozen_and_new(const Model& model, const std::vector<std::string>& fresh) {
  std::vector<std::string> names;
  for (const Node& node : model.nodes())
    if (node.frozen && std::find(fresh.begin(), fresh.end(), node.name) != fresh.end())
      names.push_back(node.name);
  return names;
}

/// On rank 0.
StartRecord read_and_take(const Config& config, Model& model, Log& log) {
  const std::string path = with_home(config.train.start.model);
  const ParentWeights parent = read_parent_weights(path);
  if (parent.config) require_same_input(*parent.config, config, path);
  StartRecord start{match(config.train.start, parent, model), {}};
  std::vector<std::string> notes;
  if (parent.config) {
    const std::set<std::string> taken(start.link.taken.begin(), start.link.taken.end());
    notes = check_meaning({*parent.config, config, model.graph(), taken, path});
    start.link.changed = changes(*parent.config, config);
    const StartRecord before = parse_start(parent.start, path);
    if (!before.empty()) start.ancestors.push_back(before.link);
    start.ancestors.insert(start.ancestors.end(), before.ancestors.begin(), before.ancestors.end());
  } else {
    notes.push_back(
        fmt::format("{} says neither what its network saw nor which classes it told apart: features and "
                    "classes are taken "
                    "to stand in this config's order",
                    path));
  }
  copy_taken(parent, start.link.taken, model);
  log.lines(table_of(start));
  if (const auto names = frozen_and_new(model, start.link.fresh); !names.empty())
    notes.push_back(fmt::format("{} begin anew and are frozen (train.freeze): they keep random weights",
                                fmt::join(names, ", ")));
  for (const std::string& note : notes) log.warning(note);
  return start;
}

}  // namespace

StartRecord start_from_weights(const Config& config, Model& model, const Communicator& comm, Log& log) {
  StartRecord start;
  comm.agree([&] {
    if (comm.is_root()) start = read_and_take(config, model, log);
  });
  start = parse_start(comm.broadcast(start_text(start)), config.train.start.model);
  comm.broadcast(model.parameters());
  return start;
}

}  // namespace jetrain
