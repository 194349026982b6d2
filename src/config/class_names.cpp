#include "config/class_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/jet_presets.hpp"
#include "config/row_layout.hpp"
#include "core/overloads.hpp"

namespace jetrain {
namespace {

bool tells_tops_from_qcd(const DataConfig& data) {
  switch (row_layout(data)) {
    case RowLayout::jet_table:
      return !has_own_classes(data);
    case RowLayout::arrays:
      return false;
  }
  return false;
}

}  // namespace

std::vector<std::string> class_names(const DataConfig& data, std::int64_t classes) {
  if (!data.classes.empty()) return data.classes;
  if (classes == 2 && tells_tops_from_qcd(data)) return {"QCD", "top"};
  std::vector<std::string> names;
  for (std::int64_t k = 0; k < classes; ++k) names.push_back(fmt::format("class {}", k));
  return names;
}

std::int64_t signal_class(const DataConfig& data) {
  const auto found = std::find(data.classes.begin(), data.classes.end(), data.signal);
  return data.signal.empty() || found == data.classes.end() ? -1 : found - data.classes.begin();
}

bool tells_classes(const LossConfig& loss) {
  return std::visit(Overloads{[](const CrossEntropyConfig&) { return true; },
                              [](const BinaryCrossEntropyConfig&) { return true; },
                              [](const MeanSquaredErrorConfig&) { return false; },
                              [](const MeanAbsoluteErrorConfig&) { return false; }},
                    loss.kind);
}

}  // namespace jetrain
