#include "core/out_of_memory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "core/progress.hpp"

namespace jetrain {
namespace {

std::atomic<std::size_t> refused{0};

/// What this process has in memory just now; 0: not known.
std::size_t resident_bytes() {
  std::FILE* const numbers = std::fopen("/proc/self/statm", "r");
  if (numbers == nullptr) return 0;
  unsigned long all = 0;
  unsigned long resident = 0;
  const bool known = std::fscanf(numbers, "%lu %lu", &all, &resident) == 2;
  std::fclose(numbers);
  return known ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

std::string size_text(std::size_t bytes) {
  const auto count = static_cast<double>(bytes);
  return count < 1e6   ? fmt::format("{} bytes", bytes)
         : count < 1e9 ? fmt::format("{:.1f} MB", count / 1e6)
                       : fmt::format("{:.4g} GB", count / 1e9);
}

std::string text_for(const std::string& purpose) {
  std::string text = purpose.empty() ? "out of memory" : "out of memory " + purpose;
  if (const std::size_t asked = refused_bytes(); asked > 0)
    text += fmt::format(": the system gave no {} more", size_text(asked));
  if (const std::size_t held = resident_bytes(); held > 0)
    text += fmt::format("{} to this process, which has {}",
                        refused_bytes() > 0 ? "" : ": the system gave no more", size_text(held));
  return text;
}

/// "in reading"; nothing where a verb does not say what it does.
std::string activity_now() {
  const progress::Snapshot at = progress::now();
  if (at.activity == progress::Activity::starting) return "";
  return at.epoch == 0
             ? fmt::format("in {}", progress::name(at.activity))
             : fmt::format("in {}, epoch {} step {}", progress::name(at.activity), at.epoch, at.step);
}

}  // namespace

OutOfMemory::OutOfMemory(const std::string& purpose) : Error(text_for("for " + purpose)) {}

bool is_out_of_memory(const std::exception& error) noexcept {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         dynamic_cast<const std::length_error*>(&error) != nullptr ||
         dynamic_cast<const OutOfMemory*>(&error) != nullptr;
}

std::string message_of(const std::exception& error) {
  const bool unexplained = is_out_of_memory(error) && dynamic_cast<const OutOfMemory*>(&error) == nullptr;
  return unexplained ? text_for(activity_now()) : error.what();
}

void note_refused(std::size_t bytes) noexcept {
  refused.store(bytes, std::memory_order_relaxed);
}

std::size_t refused_bytes() noexcept {
  return refused.load(std::memory_order_relaxed);
}

}  // namespace jetrain
