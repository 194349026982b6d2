#pragma once

/// \file
/// Records (record.hpp) as JSON objects, and back. Only for stages that link nlohmann_json.
///
/// JSON has neither NaN nor infinity: numbers that are not finite are null, and null is read as NaN.
/// Enumerations stand as their words.

#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/record.hpp"
#include "core/word.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

/// Keys stand in the order in which they were given.
using Json = nlohmann::ordered_json;

/// As a file: indented, with an end of line. JSON is UTF-8; other bytes become U+FFFD.
inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

inline Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

template <Record T>
Json json_of(const T& record, Place place = Place::whole);

/// Throws nlohmann::json::exception where a field is missing, or is of another kind; DataError where a word
/// is none of its enumeration's.
template <Record T>
void read_json(const Json& json, T& record, Place place = Place::whole);

namespace detail {

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMapByName = false;
template <class T>
inline constexpr bool kIsMapByName<std::map<std::string, T>> = true;

template <class T>
Json json_value(const T& value, Place place) {
  if constexpr (std::is_floating_point_v<T>) {
    return json_number(value);
  } else if constexpr (Record<T>) {
    return json_of(value, place);
  } else if constexpr (Worded<T>) {
    return Json(word_of(value).text);
  } else if constexpr (kIsVector<T>) {
    Json list = Json::array();
    for (const auto& entry : value) list.push_back(json_value(entry, place));
    return list;
  } else if constexpr (kIsMapByName<T>) {
    Json object = Json::object();
    for (const auto& [name, entry] : value) object[name] = json_value(entry, place);
    return object;
  } else {
    return Json(value);
  }
}

template <class T>
void read_json_value(const Json& json, T& value, Place place) {
  if constexpr (std::is_floating_point_v<T>) {
    value = json.is_null() ? std::numeric_limits<T>::quiet_NaN() : json.get<T>();
  } else if constexpr (Record<T>) {
    read_json(json, value, place);
  } else if constexpr (Worded<T>) {
    const std::string& word = json.get_ref<const std::string&>();
    const std::optional<T> named = value_named<T>(word);
    if (!named)
      throw DataError(fmt::format("\"{}\" is none of {}", word, fmt::join(words_of(kValues<T>), ", ")));
    value = *named;
  } else if constexpr (kIsVector<T>) {
    value.clear();
    for (const Json& entry : json.get_ref<const Json::array_t&>())
      read_json_value(entry, value.emplace_back(), place);
  } else if constexpr (kIsMapByName<T>) {
    value.clear();
    for (const auto& [name, entry] : json.get_ref<const Json::object_t&>())
      read_json_value(entry, value[name], place);
  } else {
    json.get_to(value);
  }
}

template <class T>
bool is_default(const T& value) {
  if constexpr (std::is_arithmetic_v<T>)
    return value == T{};
  else if constexpr (requires { value.empty(); })
    return value.empty();
  else
    return false;
}

}  // namespace detail

template <Record T>
Json json_of(const T& record, Place place) {
  Json json = Json::object();
  for_each_field(record, place, [&](const std::string& name, const auto& value, const FieldTraits& traits) {
    if (!(traits.omit_default && detail::is_default(value))) json[name] = detail::json_value(value, place);
  });
  return json;
}

template <Record T>
void read_json(const Json& json, T& record, Place place) {
  for_each_field(record, place, [&](const std::string& name, auto& value, const FieldTraits& traits) {
    if ((traits.may_lack || traits.omit_default) && !json.contains(name)) return;
    detail::read_json_value(json.at(name), value, place);
  });
}

/// Takes from `json` the fields that it has and that are of the right kind; the others stay as they are.
template <Record T>
void read_known(const Json& json, T& record, Place place = Place::whole) {
  if (!json.is_object()) return;
  for_each_field(record, place, [&](const std::string& name, auto& value, const FieldTraits&) {
    const auto found = json.find(name);
    if (found == json.end()) return;
    try {
      detail::read_json_value(*found, value, place);
    } catch (const Json::exception&) {
      return;
    } catch (const DataError&) {
      return;
    }
  });
}

}  // namespace jetrain
