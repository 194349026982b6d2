#pragma once

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"

namespace jetrain {

/// Where config.train.teacher is used, gives each training sample of `loaded` its part `teacher`, and begins
/// the record of who taught. Scores of a file belong to samples by their rows, or, where a cache has no rows,
/// or the file none, by their order; labels must agree. CollectiveError where a sample has no score.
/// Collective.
void teach(const Config& config, LoadedSamples& loaded, const Communicator& comm, const Say& say);

/// Adds to the record, on rank 0, how good the teacher is on the samples that train. Collective.
void measure_teacher(const SampleSet& train, TeacherRecord& record, const Communicator& comm);

/// Says so.
void say_of_teacher(const TeacherRecord& record, const TeacherConfig& config, const Say& say);

}  // namespace jetrain
