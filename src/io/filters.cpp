#include "io/filters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "io/blosc_filter.hpp"

namespace jetrain::hdf5 {
namespace {

/// As The HDF Group registers them; files often have no name with the number.
constexpr std::array kRegistered{
    std::pair{H5Z_FILTER_FLETCHER32, "fletcher32"},
    std::pair{H5Z_FILTER_SZIP, "szip"},
    std::pair{H5Z_FILTER_NBIT, "nbit"},
    std::pair{H5Z_FILTER_SCALEOFFSET, "scaleoffset"},
    std::pair{305, "lzo"},
    std::pair{307, "bzip2"},
    std::pair{32000, "lzf"},
    std::pair{32002, "mafisc"},
    std::pair{32003, "snappy"},
    std::pair{32004, "lz4"},
    std::pair{32008, "bitshuffle"},
    std::pair{32013, "zfp"},
    std::pair{32014, "fpzip"},
    std::pair{32015, "zstd"},
    std::pair{32017, "sz"},
    std::pair{32024, "sz3"},
    std::pair{32026, "blosc2"},
};

std::string name_of(H5Z_filter_t id, const std::string& name_in_file) {
  for (const auto& [number, name] : kRegistered)
    if (number == id) return name;
  return name_in_file.empty() ? "unnamed" : name_in_file;
}

struct StoredFilter {
  H5Z_filter_t id = 0;
  std::string text;
};

StoredFilter stored_filter(hid_t creation_list, unsigned index) {
  unsigned flags = 0;
  std::array<unsigned, 20> values{};
  std::size_t count = values.size();
  std::array<char, 64> name{};
  const H5Z_filter_t id = H5Pget_filter2(creation_list, index, &flags, &count, values.data(), name.size() - 1,
                                         name.data(), nullptr);
  if (id == H5Z_FILTER_SHUFFLE) return {id, "shuffle"};
  if (id == H5Z_FILTER_DEFLATE) return {id, fmt::format("gzip level {}", values[0])};
  if (id == kBloscFilter) return {id, count > 4 ? fmt::format("blosc level {}", values[4]) : "blosc"};
  return {id, fmt::format("filter {} ({})", id, name_of(id, name.data()))};
}

template <class Wanted>
std::vector<std::string> filters_that(hid_t creation_list, Wanted wanted) {
  std::vector<std::string> filters;
  const int count = H5Pget_nfilters(creation_list);
  for (int i = 0; i < count; ++i) {
    const StoredFilter filter = stored_filter(creation_list, static_cast<unsigned>(i));
    if (wanted(filter.id)) filters.push_back(filter.text);
  }
  return filters;
}

}  // namespace

std::string describe_filters(hid_t creation_list) {
  const std::vector<std::string> filters = filters_that(creation_list, [](H5Z_filter_t) { return true; });
  return filters.empty() ? "none" : fmt::format("{}", fmt::join(filters, " + "));
}

std::string missing_filters(hid_t creation_list) {
  const auto is_missing = [](H5Z_filter_t id) { return H5Zfilter_avail(id) <= 0; };
  return fmt::format("{}", fmt::join(filters_that(creation_list, is_missing), " + "));
}

std::string advice_for_filters(const std::string& missing, const std::string& file) {
  const char* set = std::getenv("HDF5_PLUGIN_PATH");
  const std::string where = set == nullptr ? "is not set" : fmt::format("is {}, where it is not", set);
  return fmt::format(
      "it is stored with {}, which HDF5 loads from a plugin: let HDF5_PLUGIN_PATH name the plugin's folder "
      "(it {}; "
      "Debian has packages hdf5-filter-plugin and hdf5-plugin-lzf, Python's package hdf5plugin the folder "
      "hdf5plugin.PLUGIN_PATH), or store it otherwise where it can be read: h5repack -f GZIP=5 {} NEW.h5",
      missing, where, file);
}

}  // namespace jetrain::hdf5
