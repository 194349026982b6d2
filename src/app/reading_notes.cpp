#include "app/reading_notes.hpp"

#include <fmt/format.h>

#include "core/printable_text.hpp"
#include "dataset/sample_loader.hpp"

namespace jetrain {

void print_notes(std::int64_t skipped, const ReadingNotes& notes) {
  if (skipped > 0) fmt::print("warning: {} bad rows skipped\n", skipped);
  say_notes(notes, [](LogLevel level, const std::string& text) {
    print_line("{}{}", level == LogLevel::warning ? "warning: " : "", text);
  });
}

}  // namespace jetrain
