#include "study/share.hpp"

#include <fmt/format.h>

#include <charconv>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kMostShares = 1'000'000;

/// The whole of `text` as a number; false where it is none.
bool read_number(const std::string& text, std::size_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && stopped == end;
}

}  // namespace

Share parse_share(const std::string& text) {
  Share share;
  const std::size_t slash = text.find('/');
  const bool read = slash != std::string::npos && read_number(text.substr(0, slash), share.number) &&
                    read_number(text.substr(slash + 1), share.of);
  if (!read || share.of < 1 || share.of > kMostShares || share.number >= share.of) {
    throw UsageError(
        fmt::format("--share {}: give K/N, share K of N, counted from 0: 0/8, 1/8, ... 7/8", text));
  }
  return share;
}

}  // namespace jetrain
