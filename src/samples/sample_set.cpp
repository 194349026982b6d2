#include "samples/sample_set.hpp"

namespace jetrain {

void SampleSet::count(const Communicator& comm) {
  begins = {0};
  for (const std::int64_t mine : comm.all_gather(samples.size())) begins.push_back(begins.back() + mine);
}

}  // namespace jetrain
