#include "layouts/number_format.hpp"

#include <fmt/format.h>

namespace jetrain {
namespace {

const char* kind_name(NumberKind kind) {
  switch (kind) {
    case NumberKind::real:
      return "float";
    case NumberKind::integer:
      return "int";
    case NumberKind::natural:
      return "uint";
    case NumberKind::truth:
      return "bool";
  }
  return "";
}

}  // namespace

std::string describe(const NumberFormat& format) {
  if (format.kind == NumberKind::truth) return kind_name(format.kind);
  const char* order = std::endian::native == std::endian::little ? ", big-endian" : ", little-endian";
  return fmt::format("{}{}{}", kind_name(format.kind), 8 * format.bytes, format.swapped ? order : "");
}

}  // namespace jetrain
