#pragma once

/// \file
/// Weights of the training jets that follow from their class, pT and mass (train.reweight), so that a network
/// cannot tell classes apart by their spectra.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/reweighting.hpp"
#include "core/record.hpp"
#include "samples/sample_set.hpp"

namespace jetrain {

/// What was done to one class. Bins stand row by row: all of mass for the first bin of pT, and so on.
struct ReweightedClass {
  std::int64_t jets = 0;        ///< in the bins, of other weight than 0
  std::vector<double> before;   ///< (bins) sums of weights as the data have them
  std::vector<double> factors;  ///< (bins) what each jet's weight there was multiplied by

  template <class Self, class Visitor>
  static void fields(Self& c, Visitor& visit) {
    visit("jets", c.jets);
    visit("before", c.before);
    visit("factors", c.factors);
  }
};

/// All of a reweighting: goes into result.json and the model's file, and is drawn by the report.
struct Reweighting {
  std::string to;
  std::vector<double> pt;    ///< borders, GeV; none: one bin
  std::vector<double> mass;  ///< likewise
  std::vector<ReweightedClass> classes;
  std::int64_t outside = 0;  ///< jets outside of the bins: their weight is 0

  bool empty() const { return classes.empty(); }
  bool flat() const { return to == "flat"; }

  template <class Self, class Visitor>
  static void fields(Self& r, Visitor& visit) {
    visit("to", r.to);
    visit("pt", r.pt);
    visit("mass", r.mass);
    visit("classes", r.classes);
    visit("outside", r.outside);
  }
};

/// Multiplies the weight of each jet of `train` by its class's factor in its bin. With H_c the class's
/// histogram of weights, the factor is T / H_c: T is that of class `reference`, or, where that is negative,
/// one number for all bins and classes (flat): all weight in the bins over the number of classes and bins
/// with jets. Sums are exact, so that the bits do not depend on ranks. Where T or H_c has no jets, the factor
/// is 0. Untrainable where no jet of a class is left, or where negative weights leave a bin without a sum
/// above 0. Collective.
Reweighting reweight(const ReweightConfig& config, std::int64_t reference, SampleSet& train,
                     const Communicator& comm);

}  // namespace jetrain
