#include "run/best_model_file.hpp"

#include <exception>
#include <utility>

#include "inference/model_file.hpp"
#include "run/one_writer.hpp"

namespace jetrain {
namespace {

constexpr double kSecondsBetween = 1.0;

}  // namespace

BestModelFile::BestModelFile(const RunDirectory& run, const Config& config, const Model& model,
                             const std::vector<float>& best, const ModelNotes& notes)
    : run_(run), config_(config), model_(model), best_(best), notes_(notes) {}

BestModelFile::~BestModelFile() {
  try {
    write();
  } catch (const std::exception&) {
    // The error that ends the training is what is told.
  }
}

void BestModelFile::on_epoch(const EpochEnd& end) {
  const Stopwatch watch;
  if (end.kept) changed_ = true;
  if (!written_ || since_written_.seconds() >= kSecondsBetween) write();
  seconds_ += watch.seconds();
}

void BestModelFile::on_end() {
  write();
}

void BestModelFile::write() {
  if (!std::exchange(changed_, false)) return;
  write_alone([&] { save_model(run_.file("best.h5"), config_, model_, best_, notes_); });
  written_ = true;
  since_written_.restart();
}

}  // namespace jetrain
