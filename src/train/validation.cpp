#include "jetrain/train/validation.hpp"

#include "jetrain/data/image_message.hpp"
#include "jetrain/train/scoring.hpp"

namespace jetrain {
namespace {

/// All ranks' images on rank 0, in the order of ranks; other ranks' stores become empty.
void move_to_root(SparseImageStore& images, const Communicator& comm) {
  std::vector<SparseImage> views;
  for (std::int64_t i = 0; !comm.is_root() && i < images.size(); ++i) views.push_back(images[i]);
  const std::vector<std::byte> bytes = comm.gather_bytes(pack_images(views));
  if (!comm.is_root()) images = {};
  for (const SparseImage& image : unpack_images(bytes)) images.append(image);
  images.shrink_to_fit();
}

}  // namespace

Validation::Validation(const ValidationConfig& config, ImageSet set, const Communicator& comm)
    : share_(config.ranks == "all"), set_(std::move(set)), comm_(comm) {
  if (!share_) move_to_root(set_.images, comm_);
}

Metrics Validation::run(const Model& model) const {
  ScoredJets scored = score_images(model, set_.images.size(), [&](std::int64_t i) { return set_.images[i]; });
  if (share_) {
    scored.scores = comm_.gather(std::span<const float>(scored.scores));
    scored.labels = comm_.gather(std::span<const std::uint8_t>(scored.labels));
    scored.loss_sum = comm_.sum(scored.loss_sum);
    scored.correct = comm_.sum(scored.correct);
  }
  Metrics metrics;
  if (comm_.is_root()) metrics = compute_metrics(scored);
  comm_.broadcast(std::span(&metrics, 1));
  return metrics;
}

}  // namespace jetrain
