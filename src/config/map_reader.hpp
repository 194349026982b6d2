#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/nearest_name.hpp"
#include "config/origins.hpp"
#include "config/schema.hpp"

namespace jetrain {

/// Reads one YAML map into a struct: a visitor for schema::fields.
class MapReader {
 public:
  MapReader(const YAML::Node& map, std::string key, const Origins& origins)
      : map_(map), key_(std::move(key)), origins_(origins) {
    if (map.IsDefined() && !map.IsNull() && !map.IsMap())
      origins.fail(key_, map, "must be a section of key: value lines");
  }

  template <class T, class Rule = rules::Any>
  void operator()(const char* name, T& value, const char*, const Rule& rule = {}) {
    known_.emplace_back(name);
    if (!map_.IsMap() || !map_[name].IsDefined()) return;
    const YAML::Node node = map_[name];
    const std::string key = dotted(name);
    read(node, key, value, origins_);
    if (const std::string wrong = rule.check(value); !wrong.empty()) origins_.fail(key, node, wrong);
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
                    fmt::format("unknown key{} (known here: {})", hint,
                                known_.empty() ? "none" : fmt::format("{}", fmt::join(known_, ", "))));
    }
  }

  template <class T>
  static void read(const YAML::Node& node, const std::string& key, T& value, const Origins& origins) {
    if constexpr (schema::Choice<T>) {
      read_alternative(node, key, value.kind, origins);
    } else if constexpr (schema::Pair<T>) {
      read_pair(node, key, value, origins);
    } else if constexpr (schema::Edges<T>) {
      read_edges(node, key, value, origins);
    } else if constexpr (schema::Factors<T>) {
      read_factors(node, key, value, origins);
    } else if constexpr (Worded<T>) {
      read_word(node, key, value, origins);
    } else if constexpr (schema::List<T>) {
      read_list(node, key, value, origins);
    } else if constexpr (schema::Section<T>) {
      MapReader reader(node, key, origins);
      schema::fields(reader, value);
      reader.finish();
    } else {
      read_scalar(node, key, value, origins);
    }
  }

 private:
  template <class T>
  static void read_scalar(const YAML::Node& node, const std::string& key, T& value, const Origins& origins) {
    bool good = node.IsScalar() && YAML::convert<T>::decode(node, value);
    if constexpr (std::is_same_v<T, std::string>) {
      if (good) value = text_of(node, key, origins);
    }
    if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
      good = good && !node.Scalar().starts_with('-');
    }
    if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
    if (!good) {
      const std::string found = node.IsScalar()     ? fmt::format("\"{}\"", node.Scalar())
                                : node.IsMap()      ? "a section"
                                : node.IsSequence() ? "a list"
                                                    : "nothing";
      origins.fail(key, node, fmt::format("must be {}, not {}", schema::type_name<T>(), found));
    }
  }

  /// What is !!binary are bytes that are no UTF-8. The system's names end at a NUL.
  static std::string text_of(const YAML::Node& node, const std::string& key, const Origins& origins) {
    std::string text = node.Scalar();
    if (node.Tag() == "tag:yaml.org,2002:binary") {
      const std::vector<unsigned char> bytes = YAML::DecodeBase64(text);
      text.assign(bytes.begin(), bytes.end());
    }
    if (text.find('\0') != std::string::npos) origins.fail(key, node, "must be without NUL bytes");
    return text;
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

  static void read_edges(const YAML::Node& node, const std::string& key, BinEdges& value,
                         const Origins& origins) {
    if (!node.IsMap()) {
      read_list(node, key, value.edges, origins);
      return;
    }
    EqualBins bins;
    read(node, key, bins, origins);
    if (bins.count == 0 || !(bins.to > bins.from))
      origins.fail(key, node, "must name from, to above it, and count: {from: 500, to: 700, count: 20}");
    value = bins.edges();
  }

  static void read_factors(const YAML::Node& node, const std::string& key, RateFactors& value,
                           const Origins& origins) {
    value.of.clear();
    if (node.IsNull()) return;
    if (!node.IsMap()) origins.fail(key, node, "must be a section of name: factor lines, as {conv2d*: 0.1}");
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>("?");
      double& factor = value.of[name];
      read_scalar(entry.second, key + "." + name, factor, origins);
      if (!(factor > 0))
        origins.fail(key + "." + name, entry.second,
                     fmt::format("must be above 0, not {}{}", factor,
                                 factor == 0 ? " (train.freeze names layers that stay as they are)" : ""));
    }
  }

  template <class T>
  static void read_list(const YAML::Node& node, const std::string& key, std::vector<T>& value,
                        const Origins& origins) {
    value.clear();
    if (node.IsNull()) return;
    if constexpr (std::is_same_v<T, std::string>) {
      if (node.IsScalar()) {  // one file needs no brackets
        value.push_back(text_of(node, key, origins));
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

}  // namespace jetrain
