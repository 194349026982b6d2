#include "config/assignment.hpp"

#include <fmt/format.h>

#include "config/yaml_text.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

void assign(YAML::Node root, const std::string& word, Origins& origins) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--set {}: must be key=value, for example train.batch_size=256", word));
  }
  const std::string key = word.substr(0, equals);
  YAML::Node value;
  try {
    value = load_yaml(word.substr(equals + 1), [&](int, const std::string& what) {
      throw UsageError(fmt::format("--set {}: the value: {}", word, what));
    });
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
      // `schedule: one_cycle` is short for `schedule: {one_cycle: {}}`.
      if (node.IsScalar() && !last && node.Scalar() == part) node = YAML::Node(YAML::NodeType::Map);
      if (node.IsScalar())
        throw UsageError(fmt::format("--set {}: {} is the word {}, and no section with keys of its own", word,
                                     key.substr(0, start - 1), node.Scalar()));
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

}  // namespace jetrain
