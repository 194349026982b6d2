#pragma once

/// \file
/// Texts as Python's pickles spell them on a line.

#include <optional>
#include <string>
#include <string_view>

namespace jetrain {

/// Latin-1 with escapes of four or eight hexadecimal digits ("raw-unicode-escape"), of protocol 0; as UTF-8.
/// Nothing where it is none.
std::optional<std::string> raw_unicode(std::string_view line);

/// A byte string as Python 2's repr has it, without escapes: 'E_0', "it's". Nothing where it is none.
std::optional<std::string> quoted_bytes(std::string_view line);

}  // namespace jetrain
