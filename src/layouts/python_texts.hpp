#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jetrain {

/// Texts as Python's pickles spell them on a line; nothing where they are none.

/// Latin-1 with \uXXXX and \UXXXXXXXX ("raw-unicode-escape"), of protocol 0; as UTF-8.
std::optional<std::string> raw_unicode(std::string_view line);

/// A byte string as Python 2's repr has it, without escapes: 'E_0', "it's".
std::optional<std::string> quoted_bytes(std::string_view line);

}  // namespace jetrain
