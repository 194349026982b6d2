#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>

namespace jetrain {

/// A YAML text that comes from outside, as a tree that can be walked: what no config needs and what would
/// take all memory, all time or all of the stack is refused before a tree is made. That is a text too long,
/// nested too deep, or of too many values (an alias counts as all that it stands for, so that a few lines
/// that refer to each other are seen for what they are), and an alias inside of what it stands for. `fail` is
/// called with the line, from 0 on (-1: of none), and what is wrong; it must throw. YAML::Exception where it
/// is no YAML.
YAML::Node load_yaml(const std::string& text,
                     const std::function<void(int line, const std::string& what)>& fail);

}  // namespace jetrain
