#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

#include "config/config.hpp"
#include "config/config_values.hpp"

namespace jetrain {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

/// Every scalar of the tree with its dotted key.
void flatten(const YAML::Node& node, const std::string& key, Values& values) {
  if (node.IsMap()) {
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>();
      flatten(entry.second, key.empty() ? name : key + "." + name, values);
    }
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) flatten(node[i], fmt::format("{}[{}]", key, i), values);
  } else {
    values.emplace_back(key, node.IsNull() ? std::string() : node.Scalar());
  }
}

}  // namespace

Values config_values(const Config& config) {
  Values values;
  flatten(YAML::Load(settings_yaml(config)), "", values);
  return values;
}

std::vector<std::string> differing_keys(const Config& a, const Config& b) {
  const Values in_a = config_values(a);
  const Values in_b = config_values(b);
  std::vector<std::string> keys;
  const auto collect = [&](const Values& from, const Values& other) {
    for (const auto& value : from) {
      if (std::find(other.begin(), other.end(), value) == other.end() &&
          std::find(keys.begin(), keys.end(), value.first) == keys.end())
        keys.push_back(value.first);
    }
  };
  collect(in_a, in_b);
  collect(in_b, in_a);
  return keys;
}

}  // namespace jetrain
