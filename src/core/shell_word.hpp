#pragma once

#include <string>

namespace jetrain {

/// As one word of bash, whatever is in it. Control characters and bytes that are no UTF-8 are written as
/// escapes, so that it is one line, too. Always quoted; `shell_word_if_needed`: where it need not be, as it
/// is.
std::string shell_word(const std::string& word);
std::string shell_word_if_needed(const std::string& word);

}  // namespace jetrain
