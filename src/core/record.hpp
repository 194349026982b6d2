#pragma once

/// \file
/// A record says its fields once, and every format comes from that: JSON (record_json.hpp), the lines of a
/// CSV file (record_csv.hpp), plain numbers for HDF5 (record_numbers.hpp), bytes between ranks
/// (record_bytes.hpp). It is a struct with
///
///     template <class Self, class Visitor>
///     static void fields(Self& r, Visitor& visit) {
///       visit("loss", r.loss);
///       visit("seconds", r.seconds, {.not_in = Place::summary, .digits = 3});
///       visit("best", r.best);               // a record in the record: in JSON, an object
///       visit.joined("val_", r.validation);  // its fields stand among this one's: "val_loss" and so on
///     }
///
/// A new field is a member and its line here; it stands in every format at once, in this order.

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace jetrain {

/// What is written of a record: all of it, or the part that some place shows.
enum class Place : unsigned {
  whole = 0,
  table = 1,    ///< a line among many, for spreadsheets
  summary = 2,  ///< the outcome, without how it came about
  curves = 4,   ///< what is drawn against steps or epochs
};
constexpr Place operator|(Place a, Place b) {
  return static_cast<Place>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// What else a record says of a field. As a rule, a field stands everywhere.
struct FieldTraits {
  Place not_in = Place::whole;  ///< places that leave it out
  int digits = -1;        ///< in a table, so many behind the point; else the shortest text that reads back
  bool may_lack = false;  ///< files written before there was this field are read without it
  bool omit_default = false;  ///< in JSON it stands only where it is not as it begins

  constexpr bool stands_in(Place place) const {
    return (static_cast<unsigned>(not_in) & static_cast<unsigned>(place)) == 0;
  }
};

namespace detail {

struct AnyVisitor {
  template <class T>
  void operator()(const char*, T&, FieldTraits = {}) {}
  template <class T>
  void joined(const char*, T&, FieldTraits = {}) {}
};

}  // namespace detail

template <class T>
concept Record = std::is_class_v<T> && requires(T& record, detail::AnyVisitor& visitor) {
  std::remove_const_t<T>::fields(record, visitor);
};

namespace detail {

/// Hands on the fields that stand in a place, with their full names.
template <class Visit>
class FieldWalk {
 public:
  FieldWalk(Place place, Visit& visit, std::string prefix = "")
      : place_(place), visit_(visit), prefix_(std::move(prefix)) {}

  template <class T>
  void operator()(const char* name, T& value, FieldTraits traits = {}) {
    if (traits.stands_in(place_)) visit_(prefix_ + name, value, traits);
  }
  template <Record T>
  void joined(const char* prefix, T& part, FieldTraits traits = {}) {
    if (!traits.stands_in(place_)) return;
    FieldWalk inner(place_, visit_, prefix_ + prefix);
    std::remove_const_t<T>::fields(part, inner);
  }

 private:
  Place place_;
  Visit& visit_;
  std::string prefix_;
};

}  // namespace detail

/// Calls visit(name, value, traits) for each field that stands in the place, in the record's order.
template <Record T, class Visit>
void for_each_field(T& record, Place place, Visit&& visit) {
  detail::FieldWalk walk(place, visit);
  std::remove_const_t<T>::fields(record, walk);
}

template <Record T>
std::vector<std::string> field_names(Place place = Place::whole) {
  std::vector<std::string> names;
  const T record{};
  for_each_field(record, place,
                 [&](const std::string& name, const auto&, const FieldTraits&) { names.push_back(name); });
  return names;
}

}  // namespace jetrain
