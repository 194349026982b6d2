#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "config/config.hpp"
#include "config/schema.hpp"
#include "core/printable_text.hpp"

namespace jetrain {
namespace {

/// Writes one struct as a YAML map: a visitor for schema::fields.
class MapWriter {
 public:
  explicit MapWriter(YAML::Emitter& out) : out_(out) {}

  template <class T, class Rule = rules::Any>
  void operator()(const char* name, T& value, const char*, const Rule& = {}) {
    out_ << YAML::Key << name << YAML::Value;
    write(value);
  }

 private:
  template <class T>
  void write(T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      out_ << fmt::format("{}", value);  // the shortest text that reads back to the same bits
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (is_utf8(value))
        out_ << value;
      else  // YAML is UTF-8; its own way to write any bytes
        out_ << YAML::Binary(reinterpret_cast<const unsigned char*>(value.data()), value.size());
    } else if constexpr (std::is_arithmetic_v<T>) {
      out_ << value;
    } else if constexpr (Worded<T>) {
      out_ << word_of(value).text;
    } else if constexpr (schema::Choice<T>) {
      write(value.kind);
    } else if constexpr (schema::Edges<T>) {
      write(value.edges);
    } else if constexpr (schema::Factors<T>) {
      out_ << YAML::Flow << YAML::BeginMap;
      for (auto& [name, factor] : value.of) {
        out_ << YAML::Key << name << YAML::Value;
        write(factor);
      }
      out_ << YAML::EndMap;
    } else {
      out_ << YAML::BeginMap;
      schema::fields(*this, value);
      out_ << YAML::EndMap;
    }
  }
  void write(std::array<std::int64_t, 2>& value) {
    out_ << YAML::Flow << YAML::BeginSeq << value[0] << value[1] << YAML::EndSeq;
  }
  template <class T>
  void write(std::vector<T>& values) {
    out_ << YAML::BeginSeq;
    for (T& value : values) write(value);
    out_ << YAML::EndSeq;
  }
  template <class... Ts>
  void write(std::variant<Ts...>& value) {
    std::visit([this](auto& alternative) { this->write_alternative(alternative); }, value);
  }
  template <class T>
  void write_alternative(T& alternative) {
    if constexpr (std::is_empty_v<T>) {
      out_ << T::kName;
    } else {
      out_ << YAML::Flow << YAML::BeginMap << YAML::Key << T::kName << YAML::Value;
      write(alternative);
      out_ << YAML::EndMap;
    }
  }

  YAML::Emitter& out_;
};

}  // namespace

std::string to_yaml(const Config& config) {
  return fmt::format("version: {}\n{}", kConfigVersion, settings_yaml(config));
}

std::string settings_yaml(const Config& config) {
  Config copy = config;  // visitors see mutable fields, since the reader fills them
  YAML::Emitter out;
  MapWriter writer(out);
  out << YAML::BeginMap;
  schema::fields(writer, copy);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace jetrain
