#include "io/filters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include "io/blosc_filter.hpp"

namespace jetrain::hdf5 {
namespace {

std::string describe_filter(hid_t creation_list, unsigned index) {
  unsigned flags = 0;
  std::array<unsigned, 20> values{};
  std::size_t count = values.size();
  std::array<char, 64> name{};
  const H5Z_filter_t id = H5Pget_filter2(creation_list, index, &flags, &count, values.data(), name.size() - 1,
                                         name.data(), nullptr);
  if (id == H5Z_FILTER_SHUFFLE) return "shuffle";
  if (id == H5Z_FILTER_DEFLATE) return fmt::format("gzip level {}", values[0]);
  if (id == kBloscFilter) return count > 4 ? fmt::format("blosc level {}", values[4]) : "blosc";
  return fmt::format("filter {} ({})", id, name[0] != 0 ? name.data() : "unnamed");
}

}  // namespace

std::string describe_filters(hid_t creation_list) {
  std::vector<std::string> filters;
  const int count = H5Pget_nfilters(creation_list);
  for (int i = 0; i < count; ++i) filters.push_back(describe_filter(creation_list, static_cast<unsigned>(i)));
  return filters.empty() ? "none" : fmt::format("{}", fmt::join(filters, " + "));
}

}  // namespace jetrain::hdf5
