#include "jetrain/optim/optimizer.hpp"

#include "adam.hpp"

namespace jetrain {
namespace {

std::unique_ptr<Optimizer> make(const AdamConfig& config, std::int64_t parameters) {
  return std::make_unique<Adam>(config, parameters);
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::int64_t parameters) {
  return std::visit([&](const auto& alternative) { return make(alternative, parameters); }, config);
}

}  // namespace jetrain
