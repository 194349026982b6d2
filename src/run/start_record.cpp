#include "run/start_record.hpp"

#include <fmt/format.h>

#include "core/record_json.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

std::string start_text(const StartRecord& start) {
  return start.empty() ? "" : json_text(json_of(start));
}

StartRecord parse_start(const std::string& text, const std::string& path) {
  StartRecord start;
  if (text.empty()) return start;
  try {
    read_json(Json::parse(text), start);
  } catch (const Json::exception& error) {
    throw DataError(
        fmt::format("{}: /start does not say what the training began with: {}", path, error.what()));
  }
  return start;
}

}  // namespace jetrain
