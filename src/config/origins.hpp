#pragma once

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <string>

#include "jetrain/error.hpp"

namespace jetrain {

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

}  // namespace jetrain
