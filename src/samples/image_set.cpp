#include "samples/image_set.hpp"

namespace jetrain {

void ImageSet::count(const Communicator& comm) {
  begins = {0};
  for (const std::int64_t mine : comm.all_gather(images.size())) begins.push_back(begins.back() + mine);
}

}  // namespace jetrain
