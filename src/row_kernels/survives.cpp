#include "row_kernels/survives.hpp"

#include <csetjmp>
#include <csignal>
#include <exception>
#include <iterator>

namespace jetrain::kernels {
namespace {

constexpr int kSignals[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE};
constexpr int kSignalCount = static_cast<int>(std::size(kSignals));

/// Signals of this kind are told to the thread that caused them.
thread_local sigjmp_buf* way_back = nullptr;
struct sigaction before[kSignalCount];

void go_back(int signal) {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
  // Another thread's crash in the meantime: it meets the handler of before when the instruction is repeated.
  for (int i = 0; i < kSignalCount; ++i) {
    if (kSignals[i] == signal) sigaction(signal, &before[i], nullptr);
  }
}

}  // namespace

bool survives(const std::function<void()>& attempt) {
  sigjmp_buf here;
  struct sigaction action {};
  action.sa_handler = go_back;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &action, &before[i]);
  const bool crashed = sigsetjmp(here, 1) != 0;
  std::exception_ptr error;
  if (!crashed) {
    way_back = &here;
    try {
      attempt();
    } catch (...) {
      error = std::current_exception();
    }
  }
  way_back = nullptr;
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &before[i], nullptr);
  if (error != nullptr) std::rethrow_exception(error);
  return !crashed;
}

}  // namespace jetrain::kernels
