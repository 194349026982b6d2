#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/hdf5.hpp"
#include "layouts/hdf5_contents.hpp"
#include "layouts/numpy_file.hpp"
#include "layouts/stored_array.hpp"

namespace jetrain {

/// The datasets of an open file, HDF5's or NumPy's, by their names. They are opened, and get a number, when
/// they are asked for first. Names are paths without slashes at their ends.
class NamedArrays {
 public:
  /// Which of them it is, its first bytes say. Collective; DataError (agreed on).
  NamedArrays(const std::string& path, const Communicator& comm);

  const std::string& path() const noexcept { return path_; }
  bool is_numpys() const noexcept { return numpy_.has_value(); }
  hid_t file() const noexcept { return file_; }  ///< of HDF5
  /// What there is; gone through once.
  const Hdf5Contents& contents();
  /// DataError where there is more than was gone through, so that `what` cannot be told from it.
  void require_all_contents(const std::string& what);
  /// Why a link of the file leads nowhere, with its name and target; "" where all lead somewhere.
  std::string broken_link();
  bool has(const std::string& name);
  /// Of a dataset that has() found. DataError, ReadError.
  std::size_t number_of(const std::string& name);
  const StoredArray& named(const std::string& name) { return *arrays_[number_of(name)]; }

  std::size_t count() const noexcept { return arrays_.size(); }
  const StoredArray& operator[](std::size_t number) const { return *arrays_.at(number); }
  std::string name_of(std::size_t number) const;

 private:
  std::string path_;
  hdf5::Handle file_;
  std::optional<NumpyFile> numpy_;
  std::optional<Hdf5Contents> contents_;
  std::vector<std::unique_ptr<StoredArray>> arrays_;
  std::map<std::string, std::size_t> numbers_;
};

/// Runs `work`; what it complains of without saying in which file, says so.
void naming_file(const std::string& path, const std::function<void()>& work);

}  // namespace jetrain
