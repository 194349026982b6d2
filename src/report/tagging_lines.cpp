#include "report/tagging_lines.hpp"

#include <array>

#include "pictures/gnuplot_script.hpp"

namespace jetrain {
namespace {

/// The name, or its beginning and end where it is so long that a legend would cut off what stands behind it.
std::string legend_name(const std::string& name) {
  constexpr std::size_t kMostBytes = 26;
  constexpr std::size_t kEachEnd = 12;
  if (name.size() <= kMostBytes) return name;
  const auto splits_letter = [&](std::size_t at) { return (name[at] & 0xC0) == 0x80; };  // in UTF-8
  std::size_t first = kEachEnd;
  std::size_t second = name.size() - kEachEnd;
  while (first > 0 && splits_letter(first)) --first;
  while (splits_letter(second)) ++second;
  return name.substr(0, first) + "…" + name.substr(second);
}

}  // namespace

TaggerLines tagger_lines(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  static constexpr std::array kDashes = {"(9,4)", "(9,3,2,3)", "(5,3)", "(16,4)"};
  TaggerLines lines;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ScoredTagger& tagger = runs[i].scores.tagger;
    if (!tagger.roc.empty()) lines.push_back({&tagger, legend_name(tagger.name), i, "1", gnuplot::mark(0)});
  }
  for (std::size_t i = 0; i < others.size(); ++i)
    lines.push_back({&others[i], legend_name(others[i].name), runs.size() + i, kDashes[i % kDashes.size()],
                     gnuplot::mark(1 + i % kDashes.size())});
  return lines;
}

}  // namespace jetrain
