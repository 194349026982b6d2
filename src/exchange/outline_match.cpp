#include "exchange/outline_match.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::string kind_and_name(const OutlineLayer& layer) {
  return fmt::format("{} {}", layer.kind, layer.name);
}

/// How many layers lead to each.
std::vector<std::size_t> layers_before(const Outline& outline) {
  std::vector<std::set<std::size_t>> before(outline.layers.size());
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const std::size_t input : outline.layers[i].inputs) {
      before[i].insert(input);
      before[i].insert(before[input].begin(), before[input].end());
    }
    counts.push_back(before[i].size());
  }
  return counts;
}

/// A sum's inputs in an order of their own, in which a branch comes before a shortcut.
void order_sums(Outline& outline) {
  const std::vector<std::size_t> before = layers_before(outline);
  for (OutlineLayer& layer : outline.layers) {
    if (layer.kind != "Add") continue;
    std::stable_sort(layer.inputs.begin(), layer.inputs.end(),
                     [&](std::size_t a, std::size_t b) { return before[a] > before[b]; });
  }
}

/// The layers from the input to the output, where each stands on one; else nothing.
std::vector<std::size_t> chain_of(const Outline& outline) {
  std::vector<std::size_t> chain{outline.output};
  while (outline.layers[chain.back()].inputs.size() == 1)
    chain.push_back(outline.layers[chain.back()].inputs.front());
  if (!outline.layers[chain.back()].inputs.empty()) return {};
  std::reverse(chain.begin(), chain.end());
  return chain;
}

class Matching {
 public:
  Matching(const std::string& path, const Outline& file, const Outline& ours)
      : path_(path), file_(file), ours_(ours) {
    order_sums(file_);
    order_sums(ours_);
  }

  Pairs match() {
    const std::vector<std::size_t> file = chain_of(file_);
    const std::vector<std::size_t> ours = chain_of(ours_);
    if (file.empty() || ours.empty()) {
      match_up_to(file_.output, ours_.output);
    } else {
      match_chains(file, ours);
    }
    require_no_differences();
    return pairs_;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw DataError(fmt::format("{} is of another network than the config's: {}", path_, what));
  }

  void match_chains(const std::vector<std::size_t>& file, const std::vector<std::size_t>& ours) {
    for (std::size_t i = 0; i < std::max(file.size(), ours.size()); ++i) {
      const std::string behind =
          i == 0 ? "at the beginning" : fmt::format("behind {}", file_.layers[file[i - 1]].name);
      const auto next = [&](const Outline& outline, const std::vector<std::size_t>& chain) {
        return i < chain.size() ? kind_and_name(outline.layers[chain[i]]) : "nothing";
      };
      if (i >= file.size() || i >= ours.size() || file_.layers[file[i]].kind != ours_.layers[ours[i]].kind)
        refuse(fmt::format("{} it has {}, and the config's network has {}", behind, next(file_, file),
                           next(ours_, ours)));
      add(file[i], ours[i]);
    }
  }

  /// Inputs first.
  void match_up_to(std::size_t file, std::size_t ours) {
    const OutlineLayer& theirs = file_.layers[file];
    const OutlineLayer& mine = ours_.layers[ours];
    const bool seen_file = std::any_of(pairs_.begin(), pairs_.end(), [&](auto p) { return p.first == file; });
    const bool seen_ours =
        std::any_of(pairs_.begin(), pairs_.end(), [&](auto p) { return p.second == ours; });
    const bool seen = std::find(pairs_.begin(), pairs_.end(), std::pair(file, ours)) != pairs_.end();
    if (seen) return;
    if (seen_file || seen_ours || theirs.kind != mine.kind || theirs.inputs.size() != mine.inputs.size())
      refuse(fmt::format("where it has {} on {} input{}, the config's network has {} on {}",
                         kind_and_name(theirs), theirs.inputs.size(), theirs.inputs.size() == 1 ? "" : "s",
                         kind_and_name(mine), mine.inputs.size()));
    for (std::size_t i = 0; i < theirs.inputs.size(); ++i) match_up_to(theirs.inputs[i], mine.inputs[i]);
    add(file, ours);
  }

  void add(std::size_t file, std::size_t ours) {
    pairs_.emplace_back(file, ours);
    const OutlineLayer& theirs = file_.layers[file];
    const OutlineLayer& mine = ours_.layers[ours];
    for (const OutlineSetting& setting : theirs.settings) {
      const auto other = std::find_if(mine.settings.begin(), mine.settings.end(),
                                      [&](const OutlineSetting& s) { return s.key == setting.key; });
      if (other != mine.settings.end()) compare(theirs, setting, mine, *other);
    }
    compare(theirs, theirs.activation, mine, mine.activation);
  }

  void compare(const OutlineLayer& theirs, const OutlineSetting& there, const OutlineLayer& mine,
               const OutlineSetting& here) {
    const std::string& value = there.values.front();
    if (std::find(here.values.begin(), here.values.end(), value) != here.values.end()) return;
    differences_.push_back(fmt::format("{} of the layer {} is {}, but {} in the config's {}", there.key,
                                       theirs.name, value, here.values.front(), mine.name));
  }

  void require_no_differences() const {
    if (differences_.empty()) return;
    constexpr std::size_t kShown = 5;
    std::vector<std::string> shown(
        differences_.begin(),
        differences_.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, differences_.size())));
    if (differences_.size() > kShown)
      shown.push_back(fmt::format("and {} more", differences_.size() - kShown));
    refuse(fmt::format("{}", fmt::join(shown, "; ")));
  }

  const std::string& path_;
  Outline file_;
  Outline ours_;
  Pairs pairs_;
  std::vector<std::string> differences_;
};

}  // namespace

Pairs match_outlines(const std::string& path, const Outline& file, const Outline& ours) {
  return Matching(path, file, ours).match();
}

}  // namespace jetrain
