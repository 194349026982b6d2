#include "layouts/named_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/input_file.hpp"
#include "io/links.hpp"
#include "io/npy_header.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Rank 0 looks. Collective.
bool begins_as_numpys(const std::string& path, const Communicator& comm) {
  bool numpys = false;
  comm.agree([&] {
    if (!comm.is_root()) return;
    const InputFile file(path);
    std::string magic(static_cast<std::size_t>(std::min<std::int64_t>(kNpyMagic.size(), file.size())), '\0');
    file.read(0, std::as_writable_bytes(std::span(magic)));
    numpys = magic == kNpyMagic || magic.starts_with("PK\x03\x04") || magic.starts_with("PK\x05\x06");
  });
  comm.broadcast(std::span(&numpys, 1));
  return numpys;
}

}  // namespace

NamedArrays::NamedArrays(const std::string& path, const Communicator& comm) : path_(path) {
  if (begins_as_numpys(path, comm)) {
    numpy_.emplace(path, comm);
  } else {
    file_ = hdf5::open_file(path, comm);
  }
}

const Hdf5Contents& NamedArrays::contents() {
  if (contents_) return *contents_;
  if (numpy_) {
    contents_.emplace().datasets = numpy_->names();
    return *contents_;
  }
  naming_file(path_, [&] { contents_ = contents_of(file_); });
  return *contents_;
}

void NamedArrays::require_all_contents(const std::string& what) {
  if (contents().complete) return;
  throw DataError(fmt::format(
      "{} holds so many groups and datasets, or so deep ones, that not all were looked at: {}", path_, what));
}

std::string NamedArrays::broken_link() {
  if (contents().broken.empty()) return "";
  try {
    hdf5::require_link_targets(file_, contents().broken.front());
  } catch (const ReadError&) {
    throw;
  } catch (const DataError& error) {
    return error.what();
  }
  return fmt::format("{}:{} cannot be opened", path_, contents().broken.front());
}

bool NamedArrays::has(const std::string& name) {
  if (!numpy_) return numbers_.count(name) > 0 || is_dataset(file_, name);
  return std::count(numpy_->names().begin(), numpy_->names().end(), name) > 0;
}

std::size_t NamedArrays::number_of(const std::string& name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  arrays_.push_back(numpy_ ? numpy_->open(name) : open_dataset(file_, name));
  return numbers_[name] = arrays_.size() - 1;
}

std::string NamedArrays::name_of(std::size_t number) const {
  for (const auto& [name, known] : numbers_) {
    if (known == number) return name;
  }
  return "";
}

void naming_file(const std::string& path, const std::function<void()>& work) {
  try {
    work();
  } catch (const ReadError&) {
    throw;
  } catch (const DataError& error) {
    const std::string what = error.what();
    throw DataError(what.find(path) == std::string::npos ? path + ": " + what : what);
  }
}

}  // namespace jetrain
