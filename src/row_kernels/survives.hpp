#pragma once

#include <functional>

namespace jetrain::kernels {

/// Whether `attempt` comes to its end without a crash (an illegal instruction, a segmentation fault, a bus
/// error, a division by zero) of the calling thread. After one, what `attempt` held is lost, locks and all:
/// only for code of others that is then never called again.
bool survives(const std::function<void()>& attempt);

}  // namespace jetrain::kernels
