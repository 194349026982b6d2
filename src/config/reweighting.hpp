#pragma once

/// \file
/// The settings of train.reweight: weights of jets that follow from their pT and mass.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "config/rules.hpp"

namespace jetrain {

/// Borders of bins, rising: bin i is [edges[i], edges[i + 1]), the last one with its upper end, as NumPy's.
/// In a config a list, or equal bins as {from, to, count}.
struct BinEdges {
  std::vector<double> edges;
  bool operator==(const BinEdges&) const = default;

  bool used() const { return !edges.empty(); }
  std::int64_t bins() const { return used() ? std::ssize(edges) - 1 : 1; }
};

/// The other way to say them.
struct EqualBins {
  double from = 0;
  double to = 0;
  std::int64_t count = 0;
  void fields(auto& visit) {
    visit("from", from, "lower end");
    visit("to", to, "upper end");
    visit("count", count, "of bins", rules::between(1, 10000));
  }
  BinEdges edges() const {
    BinEdges bins;
    for (std::int64_t i = 0; i <= count; ++i)
      bins.edges.push_back(
          i == count ? to : from + (to - from) * static_cast<double>(i) / static_cast<double>(count));
    return bins;
  }
};

namespace rules {

inline auto edges() {
  return Rule{"rising", [](const BinEdges& bins) {
                const std::vector<double>& edges = bins.edges;
                if (edges.size() == 1) return std::string("must have two borders or more");
                if (edges.size() > 10001) return std::string("must have at most 10000 bins");
                for (std::size_t i = 1; i < edges.size(); ++i) {
                  if (!(edges[i] > edges[i - 1]))
                    return fmt::format("must rise, but {} follows {}", edges[i], edges[i - 1]);
                }
                return std::string();
              }};
}

}  // namespace rules

struct ReweightBins {
  BinEdges pt;
  BinEdges mass;
  void fields(auto& visit) {
    visit("pt", pt, "borders in the jet's pT, GeV (of the sum over all its constituents); none: one bin",
          rules::edges());
    visit("mass", mass, "borders in its mass, GeV; none: one bin", rules::edges());
  }
};

/// In each bin of pT and mass, the training jets of each class get a common factor to their weights.
struct ReweightConfig {
  std::string to = "none";
  ReweightBins bins;
  void fields(auto& visit) {
    visit("to", to,
          "what each class's weighted histogram becomes: `flat` (the same in each bin), a class's number or "
          "name "
          "(equal to that class's), `none`: jets keep their weights. All classes then count the same in each "
          "bin, and jets outside of the bins have weight 0. Training jets only: validation jets keep theirs",
          rules::Rule{"", [](const std::string& word) {
                        return word.empty() ? std::string("must be none, flat, or a class") : std::string();
                      }});
    visit("bins", bins, "of the histograms");
  }
  bool used() const { return to != "none"; }
  bool flat() const { return to == "flat"; }
};

}  // namespace jetrain
