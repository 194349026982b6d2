#include "io/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// What stands behind 'key': up to and with `last`; empty where there is none.
std::string_view value_of(std::string_view dict, std::string_view key, std::string_view last) {
  const std::string quoted_key = fmt::format("'{}':", key);
  const std::size_t at = dict.find(quoted_key);
  if (at == std::string_view::npos) return {};
  std::string_view value = dict.substr(at + quoted_key.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  const std::size_t end = value.find_first_of(last, 1);
  return end == std::string_view::npos ? std::string_view() : value.substr(0, end);
}

/// "(3, 200" as {3, 200}; false where it is no tuple of sizes.
bool parse_shape(std::string_view tuple, std::vector<std::int64_t>& shape) {
  if (!tuple.starts_with('(')) return false;
  tuple.remove_prefix(1);
  while (true) {
    const std::size_t digit = tuple.find_first_not_of(", ");
    if (digit == std::string_view::npos) return true;
    tuple.remove_prefix(digit);
    std::int64_t size = 0;
    const auto [end, failure] = std::from_chars(tuple.data(), tuple.data() + tuple.size(), size);
    if (failure != std::errc() || size < 0) return false;
    shape.push_back(size);
    tuple.remove_prefix(static_cast<std::size_t>(end - tuple.data()));
  }
}

/// Where the dict begins, and how long it is.
struct DictPlace {
  std::size_t begin = 0;
  std::size_t length = 0;
};

constexpr std::size_t kShortest = 12;

std::optional<DictPlace> dict_place(std::string_view bytes) {
  if (!bytes.starts_with(kNpyMagic) || bytes.size() < kShortest) return std::nullopt;
  const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(bytes[at])}; };
  const bool long_length = byte(6) > 1;  // from version 2 on
  return DictPlace{long_length ? std::size_t{12} : std::size_t{10},
                   byte(8) | byte(9) << 8 | (long_length ? byte(10) << 16 | byte(11) << 24 : 0)};
}

}  // namespace

std::int64_t npy_header_bytes(std::string_view bytes) {
  const std::optional<DictPlace> place = dict_place(bytes);
  return place ? static_cast<std::int64_t>(place->begin + place->length) : 0;
}

NpyHeader parse_npy_header(const std::string& name, std::string_view bytes) {
  const std::optional<DictPlace> place = dict_place(bytes);
  if (!place) throw DataError(fmt::format("{} is not a NumPy array (no NumPy signature)", name));
  const auto [begin, length] = *place;
  if (length > bytes.size() - begin) throw DataError(fmt::format("{} is cut off: copy it again", name));

  const std::string_view dict = bytes.substr(begin, length);
  const std::string_view type = value_of(dict, "descr", "'");
  NpyHeader header;
  header.data_at = begin + length;
  if (!type.starts_with('\'') || !parse_shape(value_of(dict, "shape", ")"), header.shape))
    throw DataError(
        fmt::format("{} is not a NumPy array of numbers: {}", name, dict.substr(0, dict.find('\n'))));
  header.type = type.substr(1);
  header.fortran_order = value_of(dict, "fortran_order", ",}") == "True";
  return header;
}

}  // namespace jetrain
