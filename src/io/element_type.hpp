#pragma once

#include <hdf5.h>

#include <concepts>
#include <type_traits>

namespace jetrain::hdf5 {

/// What stands in our arrays.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

/// A number's HDF5 types: in this machine's memory, and in the files that we write (little-endian). Reading
/// converts from any number in the file.
struct ElementType {
  hid_t memory;
  hid_t stored;
};

template <Number T>
ElementType element_type() {
  if constexpr (std::same_as<T, float>) return {H5T_NATIVE_FLOAT, H5T_IEEE_F32LE};
  if constexpr (std::same_as<T, double>) return {H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE};
  constexpr bool kSigned = std::is_signed_v<T>;
  if constexpr (sizeof(T) == 1)
    return kSigned ? ElementType{H5T_NATIVE_INT8, H5T_STD_I8LE} : ElementType{H5T_NATIVE_UINT8, H5T_STD_U8LE};
  if constexpr (sizeof(T) == 2)
    return kSigned ? ElementType{H5T_NATIVE_INT16, H5T_STD_I16LE}
                   : ElementType{H5T_NATIVE_UINT16, H5T_STD_U16LE};
  if constexpr (sizeof(T) == 4)
    return kSigned ? ElementType{H5T_NATIVE_INT32, H5T_STD_I32LE}
                   : ElementType{H5T_NATIVE_UINT32, H5T_STD_U32LE};
  static_assert(sizeof(T) <= 8, "long double has no place in our files");
  return kSigned ? ElementType{H5T_NATIVE_INT64, H5T_STD_I64LE}
                 : ElementType{H5T_NATIVE_UINT64, H5T_STD_U64LE};
}

}  // namespace jetrain::hdf5
