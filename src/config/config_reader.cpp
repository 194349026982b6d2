#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "config/config.hpp"
#include "config/nearest_name.hpp"
#include "config/schema.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Where values came from, for messages: a line of the file, or a `--set` word.
class Origins {
 public:
  explicit Origins(std::string name) : name_(std::move(name)) {}
  void set_by(const std::string& key, const std::string& assignment) { assignments_[key] = assignment; }

  [[noreturn]] void fail(const std::string& key, const YAML::Node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}: {}: {}", place(key, node), key, what));
  }

 private:
  std::string place(const std::string& key, const YAML::Node& node) const {
    const std::string plain = with_dots(key);
    for (const auto& [assigned, word] : assignments_) {
      if (plain == assigned || plain.starts_with(assigned + ".") || assigned.starts_with(plain + "."))
        return "--set " + word;
    }
    const int line = node.IsDefined() ? node.Mark().line : -1;
    return line >= 0 ? fmt::format("{}:{}", name_, line + 1) : name_;
  }

  /// model.layers[2].dense as --set writes it: model.layers.2.dense.
  static std::string with_dots(const std::string& key) {
    std::string plain;
    for (const char c : key) {
      if (c == '[')
        plain += '.';
      else if (c != ']')
        plain += c;
    }
    return plain;
  }

  std::string name_;
  std::map<std::string, std::string> assignments_;
};

/// Reads one YAML map into a struct: a visitor for schema::fields.
class MapReader {
 public:
  MapReader(const YAML::Node& map, std::string key, const Origins& origins)
      : map_(map), key_(std::move(key)), origins_(origins) {
    if (map.IsDefined() && !map.IsNull() && !map.IsMap())
      origins.fail(key_, map, "must be a section of key: value lines");
  }

  template <class T, class Rule>
  void operator()(const char* name, T& value, const Rule& rule) {
    known_.emplace_back(name);
    if (!map_.IsMap() || !map_[name].IsDefined()) return;
    const YAML::Node node = map_[name];
    const std::string key = dotted(name);
    read(node, key, value, origins_);
    if (const std::string wrong = rule(value); !wrong.empty()) origins_.fail(key, node, wrong);
  }

  /// Refuses keys that no field asked for.
  void finish() const {
    if (!map_.IsMap()) return;
    for (const auto& entry : map_) {
      const auto name = entry.first.as<std::string>("?");
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      const std::string near = nearest_name(name, known_);
      const std::string hint = near.empty() ? "" : fmt::format("; did you mean {}?", near);
      origins_.fail(dotted(name), entry.first,
                    fmt::format("unknown key{} (known here: {})", hint, fmt::join(known_, ", ")));
    }
  }

  template <class T>
  static void read(const YAML::Node& node, const std::string& key, T& value, const Origins& origins) {
    if constexpr (requires { value.kind; }) {
      read_alternative(node, key, value.kind, origins);
    } else if constexpr (std::is_same_v<T, std::array<std::int64_t, 2>>) {
      read_pair(node, key, value, origins);
    } else if constexpr (Worded<T>) {
      read_word(node, key, value, origins);
    } else if constexpr (requires { value.emplace_back(); } && !std::is_same_v<T, std::string>) {
      read_list(node, key, value, origins);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      MapReader reader(node, key, origins);
      schema::fields(reader, value);
      reader.finish();
    } else {
      read_scalar(node, key, value, origins);
    }
  }

 private:
  template <class T>
  static constexpr const char* type_name() {
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    if constexpr (std::is_same_v<T, std::uint64_t>) return "a whole number from 0 up";
    if constexpr (std::is_integral_v<T>) return "a whole number";
    if constexpr (std::is_floating_point_v<T>) return "a number";
    return "a word";
  }

  template <class T>
  static void read_scalar(const YAML::Node& node, const std::string& key, T& value, const Origins& origins) {
    bool good = node.IsScalar() && YAML::convert<T>::decode(node, value);
    if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
      good = good && !node.Scalar().starts_with('-');
    }
    if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
    if (!good) {
      const std::string found = node.IsScalar()     ? fmt::format("\"{}\"", node.Scalar())
                                : node.IsMap()      ? "a section"
                                : node.IsSequence() ? "a list"
                                                    : "nothing";
      origins.fail(key, node, fmt::format("must be {}, not {}", type_name<T>(), found));
    }
  }

  static void read_pair(const YAML::Node& node, const std::string& key, std::array<std::int64_t, 2>& value,
                        const Origins& origins) {
    if (node.IsSequence()) {
      if (node.size() != 2) origins.fail(key, node, "must be one whole number or [rows, columns]");
      read_scalar(node[0], key, value[0], origins);
      read_scalar(node[1], key, value[1], origins);
    } else {
      read_scalar(node, key, value[0], origins);
      value[1] = value[0];
    }
  }

  template <class T>
  static void read_list(const YAML::Node& node, const std::string& key, std::vector<T>& value,
                        const Origins& origins) {
    value.clear();
    if (node.IsNull()) return;
    if constexpr (std::is_same_v<T, std::string>) {
      if (node.IsScalar()) {  // one file needs no brackets
        value.push_back(node.Scalar());
        return;
      }
    }
    if (!node.IsSequence()) origins.fail(key, node, "must be a list");
    for (std::size_t i = 0; i < node.size(); ++i) {
      read(node[i], fmt::format("{}[{}]", key, i), value.emplace_back(), origins);
    }
  }

  template <Worded E>
  static void read_word(const YAML::Node& node, const std::string& key, E& value, const Origins& origins) {
    std::string word;
    read_scalar(node, key, word, origins);
    const std::optional<E> named = value_named<E>(word);
    if (!named)
      origins.fail(key, node,
                   fmt::format("must be one of {}, not {}", fmt::join(words_of(kValues<E>), ", "), word));
    value = *named;
  }

  /// Different words of one kind.
  template <Worded E>
  static void read_list(const YAML::Node& node, const std::string& key, std::vector<E>& values,
                        const Origins& origins) {
    std::vector<std::string> words;
    read_list(node, key, words, origins);
    values.clear();
    for (const std::string& word : words) {
      const std::optional<E> named = value_named<E>(word);
      if (!named)
        origins.fail(key, node,
                     fmt::format("must be of {}, not {}", fmt::join(words_of(kValues<E>), ", "), word));
      if (std::find(values.begin(), values.end(), *named) != values.end())
        origins.fail(key, node, fmt::format("names {} twice", word));
      values.push_back(*named);
    }
  }

  /// `name` alone, or one-key map `name: {fields}`; the name chooses the alternative.
  template <class... Ts>
  static void read_alternative(const YAML::Node& node, const std::string& key, std::variant<Ts...>& value,
                               const Origins& origins) {
    const std::vector<std::string> names{Ts::kName...};
    std::string name;
    YAML::Node content;
    if (node.IsScalar()) {
      name = node.Scalar();
    } else if (node.IsMap() && node.size() == 1) {
      name = node.begin()->first.as<std::string>("?");
      content.reset(node.begin()->second);
    } else if (node.IsMap() && node.size() > 1) {
      std::vector<std::string> given;
      for (const auto& entry : node) given.push_back(entry.first.as<std::string>("?"));
      const std::string hint = key.find('[') == std::string::npos
                                   ? fmt::format(" (--set '{}={{KIND: {{...}}}}' replaces all)", key)
                                   : "";
      origins.fail(key, node,
                   fmt::format("must be one of {}, but {} are given together: keep one{}",
                               fmt::join(names, ", "), fmt::join(given, " and "), hint));
    } else {
      origins.fail(key, node, fmt::format("must be one of {}, with its settings", fmt::join(names, ", ")));
    }
    const auto try_one = [&]<class T>(std::type_identity<T>) {
      if (name != T::kName) return false;
      T alternative;
      read(content, key + "." + name, alternative, origins);
      value = alternative;
      return true;
    };
    if ((try_one(std::type_identity<Ts>{}) || ...)) return;
    const std::string near = nearest_name(name, names);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean {}?", near);
    origins.fail(key, node,
                 fmt::format("unknown kind \"{}\"{} (known: {})", name, hint, fmt::join(names, ", ")));
  }

  std::string dotted(const std::string& name) const { return key_.empty() ? name : key_ + "." + name; }

  YAML::Node map_;
  std::string key_;
  const Origins& origins_;
  std::vector<std::string> known_;
};

/// Applies `a.b.c=value` to the YAML tree; maps on the way are made where they are missing. A number
/// addresses an entry of a list: model.layers.0.conv2d.filters=16.
void assign(YAML::Node root, const std::string& word, Origins& origins) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--set {}: must be key=value, for example train.batch_size=256", word));
  }
  const std::string key = word.substr(0, equals);
  YAML::Node value;
  try {
    value = YAML::Load(word.substr(equals + 1));
  } catch (const YAML::Exception& error) {
    throw UsageError(fmt::format("--set {}: the value is not YAML: {}", word, error.msg));
  }
  origins.set_by(key, word);
  YAML::Node node;
  node.reset(root);
  std::size_t start = 0;
  while (true) {
    const std::size_t dot = key.find('.', start);
    const std::string part = key.substr(start, dot - start);
    const bool last = dot == std::string::npos;
    YAML::Node next;
    if (node.IsSequence()) {
      std::size_t index = node.size();
      if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos && part.size() < 9) {
        index = std::stoul(part);
      }
      if (index >= node.size()) {
        throw UsageError(fmt::format("--set {}: the list has entries 0 to {}, not \"{}\"", word,
                                     static_cast<long>(node.size()) - 1, part));
      }
      next.reset(node[index]);
      if (last) node[index] = value;
    } else {
      if (node.IsScalar())
        throw UsageError(fmt::format("--set {}: \"{}\" is not a section", word, key.substr(0, start)));
      if (last) {
        node[part] = value;
      } else {
        if (!node[part].IsDefined() || node[part].IsNull()) node[part] = YAML::Node(YAML::NodeType::Map);
        next.reset(node[part]);
      }
    }
    if (last) return;
    node.reset(next);
    start = dot + 1;
  }
}

void refuse_duplicate_keys(const YAML::Node& node, const std::string& key, const Origins& origins) {
  if (node.IsSequence()) {
    for (const auto& entry : node) refuse_duplicate_keys(entry, key, origins);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>("?");
    const std::string dotted = key.empty() ? name : key + "." + name;
    if (!seen.insert(name).second) origins.fail(dotted, entry.first, "stands twice; keep one of them");
    refuse_duplicate_keys(entry.second, dotted, origins);
  }
}

/// Takes `version` out of the tree, where it stands.
void take_version(YAML::Node root, const Origins& origins) {
  const YAML::Node node = root["version"];
  if (!node.IsDefined()) return;
  std::int64_t version = 0;
  MapReader::read(node, "version", version, origins);
  if (version > kConfigVersion)
    origins.fail(
        "version", node,
        fmt::format("{} was written by a newer jetrain, and this one knows no version above {}: use the "
                    "newer one",
                    version, kConfigVersion));
  if (version < 1) origins.fail("version", node, fmt::format("must be at least 1, not {}", version));
  root.remove("version");
}

/// Rules that join several keys.
void check_together(const Config& config, const std::string& name, bool data_required) {
  const auto fail = [&](const std::string& what) { throw UsageError(fmt::format("{}: {}", name, what)); };
  const DataConfig& data = config.data;
  if (config.model.layers.empty()) fail("model.layers: is missing; name the network's layers");
  if (data.split.validation + data.split.test >= 1) {
    fail("data.split: validation and test together must leave rows to train on (their sum must be below 1)");
  }
  const ArraysConfig& arrays = data.arrays;
  if (arrays.used()) {
    if (arrays.labels.empty())
      fail("data.arrays.labels: is missing; name the dataset beside data.arrays.features");
    if (data.split.method == SplitMethod::column)
      fail("data.split.method column needs jets; plain arrays have no such column");
    if (!data.high_level.empty()) fail("data.high_level: is of jets; plain arrays have none");
    if (config.augmentation.used()) fail("augmentation: is of jets; plain arrays have no constituents");
  } else if (!arrays.labels.empty()) {
    fail("data.arrays.labels: is given without data.arrays.features");
  }
  if (!data_required) return;
  if (data.split.method == SplitMethod::files) {
    if (data.train_files.empty() || data.validation_files.empty()) {
      fail("data.split.method files needs data.train_files and data.validation_files");
    }
    if (!data.files.empty())
      fail("data.files: not used with data.split.method files; name train_files and validation_files");
  } else {
    if (data.files.empty())
      fail("data.files: is missing; name at least one HDF5 file (or --set data.files=FILE)");
    if (!data.train_files.empty() || !data.validation_files.empty() || !data.test_files.empty()) {
      fail("data.train_files, validation_files and test_files are used with data.split.method files only");
    }
  }
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name,
                    const std::vector<std::string>& assignments, bool data_required) {
  Origins origins(name);
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw UsageError(fmt::format("{}:{}: not valid YAML: {}", name, error.mark.line + 1, error.msg));
  }
  if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap())
    throw UsageError(fmt::format("{}:1: a config is made of sections (data, model, train, ...)", name));
  refuse_duplicate_keys(root, "", origins);
  for (const std::string& word : assignments) assign(root, word, origins);
  take_version(root, origins);
  Config config;
  MapReader::read(root, "", config, origins);
  check_together(config, name, data_required);
  return config;
}

}  // namespace jetrain
