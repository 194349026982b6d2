#include "run/best_model_file.hpp"

#include <exception>
#include <utility>

#include "inference/model_file.hpp"

namespace jetrain {
namespace {

constexpr double kSecondsBetween = 1.0;

}  // namespace

BestModelFile::BestModelFile(const RunDirectory* run, const Config& config, const Model& model,
                             const std::vector<float>& best)
    : run_(run), config_(config), model_(model), best_(best) {}

BestModelFile::~BestModelFile() {
  try {
    finish();
  } catch (const std::exception&) {
    // The error that ends the training is what is told.
  }
}

void BestModelFile::keep_up() {
  if (!written_ || since_written_.seconds() >= kSecondsBetween) finish();
}

void BestModelFile::finish() {
  if (run_ == nullptr || !std::exchange(changed_, false)) return;
  save_model(run_->file("best.h5"), config_, model_, best_);
  written_ = true;
  since_written_.restart();
}

}  // namespace jetrain
