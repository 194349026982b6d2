#include "io/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/reading_driver.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

void write_string(hid_t object, const std::string& name, const std::string& value, H5T_cset_t set) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_cset(type, set);
  H5Tset_strpad(type, H5T_STR_NULLTERM);
  const bool empty = value.empty();
  H5Tset_size(type, empty ? 1 : value.size());
  // PyTables writes an empty string as an attribute without a value.
  const Handle space(H5Screate(empty ? H5S_NULL : H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(attribute, "writing the attribute " + name);
  if (!empty) check(H5Awrite(attribute, type, value.data()), "writing the attribute " + name);
}

/// A scalar attribute, as all that are written here.
Handle open_attribute(hid_t object, const std::string& name) {
  Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  check(attribute, "reading the attribute " + name);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Sget_simple_extent_npoints(space) != 1)
    throw DataError(fmt::format("the attribute {} is not one value", name));
  return attribute;
}

template <class T>
void write_number(hid_t object, const std::string& name, hid_t stored, hid_t memory, T value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(attribute, "writing the attribute " + name);
  check(H5Awrite(attribute, memory, &value), "writing the attribute " + name);
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const std::string& value) {
  write_string(object, name, value, H5T_CSET_UTF8);
}

void write_attribute(hid_t object, const std::string& name, std::int64_t value) {
  write_number(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value);
}

void write_attribute(hid_t object, const std::string& name, float value) {
  write_number(object, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, value);
}

void write_pickle(hid_t object, const std::string& name, const std::string& value) {
  write_string(object, name, value, H5T_CSET_ASCII);
}

bool has_attribute(hid_t object, const std::string& name) {
  const bool found = H5Aexists(object, name.c_str()) > 0;
  require_reads([&] { return "looking for the attribute " + name; });
  return found;
}

std::string text_attribute(hid_t object, const std::string& name) {
  return bytes_attribute(object, name).c_str();  // up to the first zero
}

std::string bytes_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING) throw DataError(fmt::format("the attribute {} is not a text", name));
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    check(H5Aread(attribute, type, static_cast<void*>(&text)), "reading the attribute " + name);
    const std::string bytes = text == nullptr ? "" : text;
    H5free_memory(text);
    return bytes;
  }
  std::string bytes(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, bytes.data()), "reading the attribute " + name);
  return bytes;
}

std::int64_t integer_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  if (H5Tget_class(type) == H5T_BITFIELD && H5Tget_size(type) == 1) {
    std::uint8_t bits = 0;
    check(H5Aread(attribute, H5T_NATIVE_B8, &bits), "reading the attribute " + name);
    return bits;
  }
  std::int64_t value = 0;
  check(H5Aread(attribute, H5T_NATIVE_INT64, &value), "reading the attribute " + name);
  return value;
}

void write_texts(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size());
  std::string bytes;
  for (const std::string& text : texts) bytes += text + std::string(width - text.size(), '\0');
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, width);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hsize_t count = texts.size();
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(attribute, "writing the attribute " + name);
  if (count > 0) check(H5Awrite(attribute, type, bytes.data()), "writing the attribute " + name);
}

std::vector<std::string> read_texts(hid_t object, const std::string& name, const std::string& where) {
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  check(attribute, where + ": reading the attribute " + name);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  std::vector<std::string> texts;
  if (count == 0) return texts;
  if (H5Tget_class(type) != H5T_STRING)
    throw DataError(fmt::format("{}: the attribute {} holds no texts", where, name));
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count, nullptr);
    check(H5Aread(attribute, type, pointers.data()), where + ": reading the attribute " + name);
    for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  const std::size_t width = H5Tget_size(type);
  std::vector<char> bytes(count * width);
  check(H5Aread(attribute, type, bytes.data()), where + ": reading the attribute " + name);
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = bytes.data() + i * width;
    texts.emplace_back(text, std::find(text, text + width, '\0'));
  }
  return texts;
}

}  // namespace jetrain::hdf5
