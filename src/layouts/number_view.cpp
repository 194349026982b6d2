#include "layouts/number_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "jetrain/error.hpp"

namespace jetrain {

NumberView::NumberView(const StoredArray& array, std::string name)
    : array_(&array), name_(std::move(name)), type_(&array.type()), offsets_{0} {
  if (array.shape().empty())
    throw DataError(fmt::format("{} is a single value: a dataset with one row a jet is needed", name_));
  const StoredType& type = array.type();
  spread(type.bytes, {array.shape().begin() + 1, array.shape().end()});
  if (type.count() > 0) spread(type.bytes / static_cast<std::size_t>(type.count()), type.shape);
}

NumberView::NumberView(const StoredArray& array, std::string name, const StoredType& type, std::size_t offset)
    : array_(&array), name_(std::move(name)), type_(&type), offsets_{offset} {
  if (type.count() > 0) spread(type.bytes / static_cast<std::size_t>(type.count()), type.shape);
}

/// Each element becomes an array of elements.
void NumberView::spread(std::size_t element_bytes, const std::vector<std::int64_t>& sizes) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::size_t total = offsets_.size();
  for (const std::int64_t size : sizes) {
    if (size != 0 && total > kMost / static_cast<std::size_t>(size))
      throw DataError(fmt::format("{} has more than {} numbers a row: that is no jet", name_, kMost));
    total *= static_cast<std::size_t>(size);
  }
  shape_.insert(shape_.end(), sizes.begin(), sizes.end());
  const std::size_t count = offsets_.empty() ? 0 : total / offsets_.size();
  std::vector<std::size_t> all;
  all.reserve(total);
  for (const std::size_t offset : offsets_) {
    for (std::size_t i = 0; i < count; ++i) all.push_back(offset + i * element_bytes);
  }
  offsets_ = std::move(all);
}

std::optional<NumberView> NumberView::member(std::string_view path) const {
  for (const StoredType::Member& member : type_->members) {
    const bool whole = path == member.name;
    const bool begins =
        path.size() > member.name.size() && path.starts_with(member.name) && path[member.name.size()] == '.';
    if (!whole && !begins) continue;
    NumberView inner = *this;
    inner.name_ += "." + member.name;
    inner.type_ = &member.type;
    for (std::size_t& offset : inner.offsets_) offset += member.offset;
    const StoredType& type = member.type;
    if (type.count() > 0) inner.spread(type.bytes / static_cast<std::size_t>(type.count()), type.shape);
    if (whole) return inner;
    if (std::optional<NumberView> deeper = inner.member(path.substr(member.name.size() + 1))) return deeper;
  }
  return std::nullopt;
}

void NumberView::require_numbers() const {
  if (!array_->refusal().empty()) throw DataError(fmt::format("{} {}", name_, array_->refusal()));
  if (array_->rows() == 0) throw DataError(fmt::format("{} has no rows: write the file again", name_));
  if (offsets_.empty())
    throw DataError(fmt::format("{} has the shape ({}) a row: there are no numbers in it", name_,
                                fmt::join(shape_, ", ")));
  if (type_->number) return;
  if (!type_->members.empty())
    throw DataError(fmt::format("{} has {}: name one, as {}.{}", name_, type_->words,
                                name_.substr(name_.rfind(':') + 1), type_->members.front().name));
  throw DataError(fmt::format("{} holds {}: numbers are needed (float16, 32 or 64, integers or bool)", name_,
                              type_->words));
}

Found NumberView::found(std::size_t array_number) const {
  require_numbers();
  Found found;
  found.shape = shape_;
  found.rows = array_->rows();
  found.name = name_;
  found.places.reserve(offsets_.size());
  for (const std::size_t offset : offsets_) found.places.push_back({array_number, offset, *type_->number});
  return found;
}

Found at_last_index(const Found& found, std::int64_t index) {
  if (found.shape.empty())
    throw DataError(fmt::format("{} is one number a row: it has no [{}]", found.name, index));
  const std::int64_t size = found.shape.back();
  if (index >= size)
    throw DataError(fmt::format("{} has the shape ({}) a row: there is no [{}] in its last dimension",
                                found.name, fmt::join(found.shape, ", "), index));
  Found part{
      {}, {found.shape.begin(), found.shape.end() - 1}, found.rows, fmt::format("{}[{}]", found.name, index)};
  const auto step = static_cast<std::size_t>(size);
  for (std::size_t i = static_cast<std::size_t>(index); i < found.places.size(); i += step)
    part.places.push_back(found.places[i]);
  return part;
}

Found side_by_side(const std::vector<Found>& parts, const std::string& name) {
  const Found& first = parts.front();
  for (const Found& part : parts) {
    if (part.shape != first.shape || part.rows != first.rows)
      throw DataError(
          fmt::format("{} is {} rows of ({}), but {} is {} of ({}): they are no numbered parts of one "
                      "quantity",
                      first.name, first.rows, fmt::join(first.shape, ", "), part.name, part.rows,
                      fmt::join(part.shape, ", ")));
  }
  Found all{{}, first.shape, first.rows, name};
  all.shape.push_back(std::ssize(parts));
  for (std::size_t i = 0; i < first.places.size(); ++i) {
    for (const Found& part : parts) all.places.push_back(part.places[i]);
  }
  return all;
}

}  // namespace jetrain
