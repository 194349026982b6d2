#pragma once

/// \file
/// Which codec keeps which part of a sample. Storing and sending samples goes over this list and knows no
/// part by name: a further part is a member of SampleView and of SampleParts, and a line below.

#include "samples/ragged_part.hpp"
#include "samples/sample_view.hpp"
#include "samples/sparse_part.hpp"
#include "samples/vector_part.hpp"
#include "samples/weight_part.hpp"

namespace jetrain {

struct SampleParts {
  SparsePart input;
  VectorPart features;
  VectorPart targets;
  RaggedPart constituents;
  VectorPart jet;
  WeightPart weight;
  VectorPart teacher;
};

/// Calls visit(member of SampleView, member of SampleParts) for each part.
template <class Visit>
void for_each_part(const Visit& visit) {
  visit(&SampleView::input, &SampleParts::input);
  visit(&SampleView::features, &SampleParts::features);
  visit(&SampleView::targets, &SampleParts::targets);
  visit(&SampleView::constituents, &SampleParts::constituents);
  visit(&SampleView::jet, &SampleParts::jet);
  visit(&SampleView::weight, &SampleParts::weight);
  visit(&SampleView::teacher, &SampleParts::teacher);
}

}  // namespace jetrain
