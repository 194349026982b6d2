#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jetrain {

/// The names in a pickled Python list, as pandas keeps a block's columns: texts, or integers, which become
/// their digits. Understood are the opcodes by which such lists are written by protocols 0 to 5, also by
/// Python 2 (CPython's Lib/pickletools.py describes each); nothing is ever called or imported. DataError
/// begins with `where` and names the opcode where there is another, or what else is no list of names.
std::vector<std::string> pickled_names(std::string_view pickle, const std::string& where);

}  // namespace jetrain
