#include "layouts/stored_type.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <numeric>
#include <vector>

#include "io/hdf5.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using hdf5::Handle;

constexpr bool kLittle = std::endian::native == std::endian::little;

bool is_width(std::size_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

/// IEEE 754's format of so many bytes: sign, exponent, fraction, from the highest bit on.
bool is_ieee(hid_t type, std::size_t bytes) {
  const std::size_t bits = 8 * bytes;
  const std::size_t exponent = bytes == 2 ? 5 : bytes == 4 ? 8 : 11;
  const std::size_t fraction = bits - 1 - exponent;
  std::size_t sign_at = 0;
  std::size_t exponent_at = 0;
  std::size_t exponent_bits = 0;
  std::size_t fraction_at = 0;
  std::size_t fraction_bits = 0;
  if (H5Tget_fields(type, &sign_at, &exponent_at, &exponent_bits, &fraction_at, &fraction_bits) < 0)
    return false;
  return sign_at == bits - 1 && exponent_at == fraction && exponent_bits == exponent && fraction_at == 0 &&
         fraction_bits == fraction && H5Tget_ebias(type) == (std::size_t{1} << (exponent - 1)) - 1 &&
         H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

std::optional<NumberFormat> number_of(hid_t type, NumberKind kind) {
  const std::size_t bytes = H5Tget_size(type);
  const H5T_order_t order = H5Tget_order(type);
  const bool whole = is_width(bytes) && H5Tget_precision(type) == 8 * bytes && H5Tget_offset(type) == 0;
  if (!whole || (order != H5T_ORDER_LE && order != H5T_ORDER_BE)) return std::nullopt;
  return NumberFormat{kind, static_cast<std::uint8_t>(bytes),
                      bytes > 1 && (order == H5T_ORDER_LE) != kLittle};
}

/// Of what is neither a number nor a compound.
std::string describe_other(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? "text" : fmt::format("text of {} bytes", H5Tget_size(type));
    case H5T_VLEN:
      return "lists of their own lengths";
    case H5T_INTEGER:
    case H5T_FLOAT:
    case H5T_ENUM:
      return fmt::format("an unusual number of {} bytes", H5Tget_size(type));
    default:
      return "no numbers";
  }
}

/// HDF5 reads such a type from a file, and would write beyond the memory of its rows.
[[noreturn]] void contradicts_itself(const std::string& dataset, const std::string& what) {
  throw DataError(fmt::format("the type of {} contradicts itself ({}): the file is damaged", dataset, what));
}

std::vector<StoredType::Member> members_of(hid_t type, const std::string& dataset) {
  std::vector<StoredType::Member> members;
  const std::size_t bytes = H5Tget_size(type);
  const int count = H5Tget_nmembers(type);
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<unsigned>(i);
    char* name = H5Tget_member_name(type, index);
    const Handle member(H5Tget_member_type(type, index), H5Tclose);
    members.push_back(
        {name == nullptr ? "" : name, H5Tget_member_offset(type, index), stored_type(member, dataset)});
    H5free_memory(name);
    const StoredType::Member& last = members.back();
    if (last.offset > bytes || last.type.bytes > bytes - last.offset)
      contradicts_itself(dataset, fmt::format("{} of {} bytes at byte {} of a compound of {}", last.name,
                                              last.type.bytes, last.offset, bytes));
  }
  return members;
}

std::string describe_members(const std::vector<StoredType::Member>& members) {
  constexpr std::size_t kListed = 8;
  std::vector<std::string> words;
  for (const StoredType::Member& member : members) {
    if (words.size() < kListed) words.push_back(fmt::format("{} {}", member.name, member.type.words));
  }
  if (members.size() > kListed) words.push_back(fmt::format("and {} more", members.size() - kListed));
  return fmt::format("{} {}: {}", members.size(), members.size() == 1 ? "member" : "members",
                     fmt::join(words, ", "));
}

StoredType array_type(hid_t type, const std::string& dataset) {
  const Handle base(H5Tget_super(type), H5Tclose);
  StoredType element = stored_type(base, dataset);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(0, H5Tget_array_ndims(type))));
  H5Tget_array_dims2(type, sizes.data());
  element.words = fmt::format("{}[{}]", element.words, fmt::join(sizes, "]["));
  element.shape.insert(element.shape.begin(), sizes.begin(), sizes.end());
  if (refers_elsewhere(type)) element.members.clear();  // of arrays, HDF5 gives all or nothing
  const std::size_t bytes = H5Tget_size(type);
  std::size_t left = bytes;
  for (const hsize_t size : sizes) left = size != 0 && left % size == 0 ? left / size : 0;
  if (left != element.bytes)
    contradicts_itself(
        dataset, fmt::format("{} has {} bytes, one of its elements {}", element.words, bytes, element.bytes));
  element.bytes = bytes;
  return element;
}

}  // namespace

std::optional<NumberFormat> number_format(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return number_of(type, H5Tget_sign(type) == H5T_SGN_NONE ? NumberKind::natural : NumberKind::integer);
    case H5T_FLOAT: {
      const std::size_t bytes = H5Tget_size(type);
      if (bytes == 1 || !is_width(bytes) || !is_ieee(type, bytes)) return std::nullopt;
      return number_of(type, NumberKind::real);
    }
    case H5T_ENUM: {  // h5py's bool, among others
      const Handle base(H5Tget_super(type), H5Tclose);
      return number_format(base);
    }
    case H5T_BITFIELD: {  // PyTables' bool
      if (H5Tget_size(type) != 1) return std::nullopt;
      return NumberFormat{NumberKind::truth, 1, false};
    }
    default:
      return std::nullopt;
  }
}

std::optional<NumberFormat> number_format(std::string_view dtype) {
  if (dtype.size() < 3) return std::nullopt;
  std::size_t bytes = 0;
  const auto [end, failure] = std::from_chars(dtype.data() + 2, dtype.data() + dtype.size(), bytes);
  if (failure != std::errc() || end != dtype.data() + dtype.size() || !is_width(bytes)) return std::nullopt;
  const char order = dtype[0];
  if (order != '<' && order != '>' && order != '|' && order != '=') return std::nullopt;
  NumberFormat format;
  format.bytes = static_cast<std::uint8_t>(bytes);
  format.swapped = bytes > 1 && order == (kLittle ? '>' : '<');
  switch (dtype[1]) {
    case 'f':
      format.kind = NumberKind::real;
      return bytes == 1 ? std::nullopt : std::optional(format);
    case 'i':
      format.kind = NumberKind::integer;
      return format;
    case 'u':
      format.kind = NumberKind::natural;
      return format;
    case 'b':
      format.kind = NumberKind::truth;
      return bytes == 1 ? std::optional(format) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::int64_t StoredType::count() const noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

StoredType stored_type(hid_t type, const std::string& dataset) {
  if (H5Tget_class(type) == H5T_ARRAY) return array_type(type, dataset);
  StoredType stored;
  stored.bytes = H5Tget_size(type);
  stored.number = number_format(type);
  if (H5Tget_class(type) == H5T_COMPOUND) stored.members = members_of(type, dataset);
  if (stored.number) {
    stored.words = describe(*stored.number);
  } else {
    stored.words = stored.members.empty() ? describe_other(type) : describe_members(stored.members);
  }
  return stored;
}

bool refers_elsewhere(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_VLEN:
    case H5T_REFERENCE:
      return true;
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0;
    case H5T_ARRAY:
      return refers_elsewhere(Handle(H5Tget_super(type), H5Tclose));
    case H5T_COMPOUND: {
      const int count = H5Tget_nmembers(type);
      for (int i = 0; i < count; ++i) {
        if (refers_elsewhere(Handle(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose)))
          return true;
      }
      return false;
    }
    default:
      return false;
  }
}

}  // namespace jetrain
