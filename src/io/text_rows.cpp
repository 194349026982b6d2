#include "io/text_rows.hpp"

#include <cstring>

namespace jetrain::hdf5 {
namespace {

std::string without_filling(std::string text) {
  text.resize(std::strlen(text.c_str()));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::vector<std::string> read_fixed(const Dataset& dataset, std::int64_t first, std::int64_t count) {
  const std::size_t size = H5Tget_size(dataset.type());
  std::vector<char> bytes(static_cast<std::size_t>(count) * size);
  dataset.read_records(first, count, dataset.type(), bytes.data());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    texts.push_back(without_filling({bytes.data() + i * size, size}));
  return texts;
}

/// What HDF5 has allocated for texts of variable length, given back in any case.
struct Texts {
  explicit Texts(std::int64_t count, hid_t of_type)
      : pointers(static_cast<std::size_t>(count), nullptr), type(of_type) {}
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  ~Texts() {
    const hsize_t size = pointers.size();
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  }
  std::vector<char*> pointers;
  hid_t type;
};

std::vector<std::string> read_variable(const Dataset& dataset, std::int64_t first, std::int64_t count) {
  Texts read(count, dataset.type());
  dataset.read_records(first, count, dataset.type(), read.pointers.data());
  std::vector<std::string> texts;
  for (const char* text : read.pointers) texts.push_back(without_filling(text == nullptr ? "" : text));
  return texts;
}

}  // namespace

std::vector<std::string> read_text_rows(const Dataset& dataset, std::int64_t first, std::int64_t count) {
  if (count == 0) return {};
  return H5Tis_variable_str(dataset.type()) > 0 ? read_variable(dataset, first, count)
                                                : read_fixed(dataset, first, count);
}

}  // namespace jetrain::hdf5
