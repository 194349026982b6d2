#include "layouts/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string_view>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// The number that `text` is, or -1.
std::int64_t number_of(std::string_view text) {
  std::int64_t number = -1;
  if (text.empty() || text.size() > 9 || text.find_first_not_of(kDigits) != std::string_view::npos) return -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// "PX_17" as "PX_*"; empty where there is no number at the end.
std::string family_of(const std::string& name) {
  const std::size_t last = name.find_last_not_of(kDigits);
  if (last == std::string::npos || last + 1 == name.size()) return "";
  return name.substr(0, last + 1) + "*";
}

}  // namespace

std::vector<std::string> numbered_names(const std::string& pattern, const std::vector<std::string>& names,
                                        const std::string& where) {
  const std::size_t star = pattern.find('*');
  const std::string before = pattern.substr(0, star);
  const std::string behind = pattern.substr(star + 1);
  std::map<std::int64_t, std::string> by_number;
  for (const std::string& name : names) {
    if (name.size() <= before.size() + behind.size() || !name.starts_with(before) || !name.ends_with(behind))
      continue;
    const std::int64_t number =
        number_of(std::string_view(name).substr(before.size(), name.size() - before.size() - behind.size()));
    if (number < 0) continue;
    const auto [other, is_new] = by_number.emplace(number, name);
    if (!is_new)
      throw DataError(fmt::format("{}: {} and {} are both number {} of {}: give one of them another name",
                                  where, other->second, name, number, pattern));
  }
  std::vector<std::string> found;
  if (by_number.empty()) return found;
  std::int64_t next = by_number.begin()->first == 1 ? 1 : 0;
  for (const auto& [number, name] : by_number) {
    if (number != next)
      throw DataError(
          fmt::format("{} has {} but no {}{}{}: {} are to be numbered without a gap, from 0 or 1 on", where,
                      name, before, next, behind, pattern));
    found.push_back(name);
    ++next;
  }
  return found;
}

std::string in_few_words(const std::vector<std::string>& names) {
  constexpr std::size_t kListed = 24;
  constexpr std::size_t kFamily = 4;  // fewer are named one by one
  std::map<std::string, std::size_t> families;
  for (const std::string& name : names) ++families[family_of(name)];
  std::vector<std::string> words;
  std::size_t left = 0;
  for (const std::string& name : names) {
    const std::string family = family_of(name);
    const std::size_t size = family.empty() ? 1 : families[family];
    if (size == 0) continue;  // named already
    const std::string word = size < kFamily ? name : fmt::format("{} ({})", family, size);
    if (size >= kFamily) families[family] = 0;
    if (words.size() < kListed) {
      words.push_back(word);
    } else {
      ++left;
    }
  }
  if (left > 0) words.push_back(fmt::format("and {} more", left));
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace jetrain
