#pragma once

/// \file
/// Files appear whole or not at all: written to a temporary name beside the target, synced, renamed.

#include <functional>
#include <string>

namespace jetrain {

/// Calls `write(temporary)` and renames the result to `path`, both synced to disk. On failure the temporary
/// is removed and the error goes on; `path` is then as it was.
void write_whole(const std::string& path, const std::function<void(const std::string& temporary)>& write);

/// The same for a text.
void write_text(const std::string& path, const std::string& text);

/// Throws UsageError if `path` exists and `overwrite` is false, DataError if its folder does not exist or
/// cannot be written. For the start of a verb, before any work.
void require_writable(const std::string& path, bool overwrite);

}  // namespace jetrain
