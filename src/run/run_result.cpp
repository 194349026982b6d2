#include "run/run_result.hpp"

#include <fmt/format.h>

#include "core/record_json.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

std::string result_text(const RunResult& result) {
  return json_text(json_of(result, Place::summary));
}

RunResult parse_result(const std::string& text, const std::string& path) {
  RunResult result;
  try {
    read_json(Json::parse(text), result, Place::summary);
  } catch (const Json::exception& error) {
    throw DataError(fmt::format("{} is not a training's result: {}", path, error.what()));
  }
  return result;
}

}  // namespace jetrain
