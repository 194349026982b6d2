#pragma once

namespace jetrain {

/// One visitor from several functions, for std::visit. Each alternative of the variant has a function of its
/// own, without `auto`: a new alternative then fails to compile where it is forgotten.
template <class... Functions>
struct Overloads : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloads(Functions...) -> Overloads<Functions...>;

}  // namespace jetrain
