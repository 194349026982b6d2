#pragma once

#include <string>
#include <vector>

namespace jetrain {

/// Those of `names` that have a number in place of the `*` of `pattern`, in the order of these: PX_0, PX_1,
/// ..., or from 1 on; empty where none has. DataError, which begins with `where`, where one is missing
/// between them or is there twice (PX_1 and PX_01).
std::vector<std::string> numbered_names(const std::string& pattern, const std::vector<std::string>& names,
                                        const std::string& where);

/// "E_* (200), PX_* (200), truthE, ttv": many names in few words.
std::string in_few_words(const std::vector<std::string>& names);

}  // namespace jetrain
