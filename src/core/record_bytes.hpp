#pragma once

/// \file
/// Records (record.hpp) as bytes, and back, for a message between ranks of one job: never for a file, since
/// the bytes say neither their version nor their machine's order.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "core/record.hpp"

namespace jetrain {
namespace detail {

/// Numbers, whose bytes in memory are the message.
template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class ByteWriter {
 public:
  template <Plain T>
  void put(const T& value) {
    append(std::as_bytes(std::span(&value, 1)));
  }
  void put(const std::string& text) {
    put(std::ssize(text));
    append(std::as_bytes(std::span(text)));
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(std::ssize(values));
    if constexpr (Plain<T>) {
      append(std::as_bytes(std::span(values)));
    } else {
      for (const T& value : values) put(value);
    }
  }
  template <class Key, class T>
  void put(const std::map<Key, T>& values) {
    put(std::ssize(values));
    for (const auto& [key, value] : values) put(key), put(value);
  }
  template <Record T>
  void put(const T& record) {
    for_each_field(record, Place::whole,
                   [&](const std::string&, const auto& value, const FieldTraits&) { put(value); });
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void append(std::span<const std::byte> more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
  std::vector<std::byte> bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <Plain T>
  void get(T& value) {
    take(std::as_writable_bytes(std::span(&value, 1)));
  }
  void get(std::string& text) {
    text.resize(size());
    take(std::as_writable_bytes(std::span(text)));
  }
  template <class T>
  void get(std::vector<T>& values) {
    values.resize(size());
    if constexpr (Plain<T>) {
      take(std::as_writable_bytes(std::span(values)));
    } else {
      for (T& value : values) get(value);
    }
  }
  template <class Key, class T>
  void get(std::map<Key, T>& values) {
    values.clear();
    for (std::size_t left = size(); left > 0; --left) {
      Key key{};
      get(key);
      get(values[key]);
    }
  }
  template <Record T>
  void get(T& record) {
    for_each_field(record, Place::whole,
                   [&](const std::string&, auto& value, const FieldTraits&) { get(value); });
  }
  bool at_end() const { return left_.empty(); }

 private:
  std::size_t size() {
    std::ptrdiff_t count = 0;
    get(count);
    return static_cast<std::size_t>(count);
  }
  void take(std::span<std::byte> to) {
    if (to.size() > left_.size()) throw std::out_of_range("a record's bytes end too early");
    if (!to.empty()) std::memcpy(to.data(), left_.data(), to.size());
    left_ = left_.subspan(to.size());
  }
  std::span<const std::byte> left_;
};

}  // namespace detail

template <Record T>
std::vector<std::byte> bytes_of(const T& record) {
  detail::ByteWriter writer;
  writer.put(record);
  return writer.take();
}

/// std::out_of_range where the bytes are not those of such a record.
template <Record T>
void read_bytes(std::span<const std::byte> bytes, T& record) {
  detail::ByteReader reader(bytes);
  reader.get(record);
  if (!reader.at_end()) throw std::out_of_range("more bytes than a record has");
}

}  // namespace jetrain
