#include "run/checkpoint_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "core/record_numbers.hpp"
#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr const char* kFormat = "jetrain checkpoint";
constexpr std::int64_t kVersion = 2;

/// All that is no array.
constexpr const char* kNumbers = "/numbers";
constexpr const char* kStart = "/start";

/// Each field of the state that is an array is a dataset, or a group of them; all single numbers stand
/// together in another. A field of another kind does not compile: say here how it is stored.
class StateWriter {
 public:
  explicit StateWriter(hid_t file) : file_(file) {}

  void write(const TrainingState& state) const {
    for_each_field(state, Place::whole, [&](const std::string& name, const auto& value, const FieldTraits&) {
      put("/" + name, value);
    });
    std::vector<double> numbers;
    append_numbers(state, numbers);
    hdf5::write_array(file_, kNumbers, {std::ssize(numbers)}, numbers.data());
  }

 private:
  template <class T>
  requires(std::is_arithmetic_v<T> || Record<T>) void put(const std::string&, const T&) const {}
  void put(const std::string& path, const std::vector<float>& values) const {
    hdf5::write_array(file_, path, {std::ssize(values)}, values.data());
  }
  void put(const std::string& path, const std::vector<std::vector<float>>& arrays) const {
    for (std::size_t i = 0; i < arrays.size(); ++i) put(fmt::format("{}/{}", path, i), arrays[i]);
  }
  template <Record T>
  void put(const std::string& path, const std::vector<T>& records) const {
    std::vector<double> numbers;
    for (const T& record : records) append_numbers(record, numbers);
    hdf5::write_array(file_, path, {std::ssize(records), number_count<T>()}, numbers.data());
  }

  hid_t file_;
};

class StateReader {
 public:
  explicit StateReader(hid_t file) : file_(file) {}

  void read(TrainingState& state) const {
    for_each_field(state, Place::whole,
                   [&](const std::string& name, auto& value, const FieldTraits&) { get("/" + name, value); });
    const std::vector<double> numbers = doubles(kNumbers, {number_count<TrainingState>()});
    const double* next = numbers.data();
    take_numbers(next, state, "the checkpoint");
  }

 private:
  template <class T>
  requires(std::is_arithmetic_v<T> || Record<T>) void get(const std::string&, T&) const {}
  void get(const std::string& path, std::vector<float>& values) const {
    const std::int64_t count = hdf5::array_length(file_, path);
    values.resize(static_cast<std::size_t>(count));
    hdf5::read_array(file_, path, {count}, values.data());
  }
  void get(const std::string& path, std::vector<std::vector<float>>& arrays) const {
    const auto place = [&] { return fmt::format("{}/{}", path, arrays.size()); };
    while (hdf5::exists(file_, place())) {
      std::vector<float> array;
      get(place(), array);
      arrays.push_back(std::move(array));
    }
  }
  template <Record T>
  void get(const std::string& path, std::vector<T>& records) const {
    const std::int64_t count = hdf5::array_length(file_, path);
    const std::vector<double> numbers = doubles(path, {count, number_count<T>()});
    const double* next = numbers.data();
    records.resize(static_cast<std::size_t>(count));
    for (T& record : records) take_numbers(next, record, "the checkpoint");
  }
  std::vector<double> doubles(const std::string& path, const std::vector<std::int64_t>& shape) const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    std::vector<double> numbers(static_cast<std::size_t>(count));
    hdf5::read_array(file_, path, shape, numbers.data());
    return numbers;
  }

  hid_t file_;
};

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  hdf5::write_file(path, hdf5::Seal::checksum, [&](hid_t file) {
    hdf5::write_attribute(file, "format", kFormat);
    hdf5::write_attribute(file, "version", kVersion);
    hdf5::write_attribute(file, "data", checkpoint.data);
    hdf5::write_text(file, "/config", to_yaml(checkpoint.config));
    if (!checkpoint.start.empty()) hdf5::write_text(file, kStart, checkpoint.start);
    StateWriter(file).write(checkpoint.state);
  });
}

Checkpoint load_checkpoint(const std::string& path) {
  hdf5::check_seal(path);
  const hdf5::Handle file = hdf5::open_file(path);
  if (hdf5::text_attribute(file, "format") != kFormat || hdf5::integer_attribute(file, "version") != kVersion)
    throw DataError(fmt::format("{} is not a checkpoint of this version of jetrain", path));
  Checkpoint checkpoint;
  checkpoint.data = hdf5::text_attribute(file, "data");
  checkpoint.config = parse_stored_config(hdf5::read_text(file, "/config"), path + ":/config");
  if (hdf5::exists(file, kStart)) checkpoint.start = hdf5::read_text(file, kStart);
  StateReader(file).read(checkpoint.state);
  const TrainingState& state = checkpoint.state;
  if (state.best_parameters.size() != state.parameters.size())
    throw DataError(fmt::format("{}: {} best parameters, but {} parameters: the checkpoint is damaged", path,
                                state.best_parameters.size(), state.parameters.size()));
  const auto is_finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(state.parameters.begin(), state.parameters.end(), is_finite) ||
      !std::all_of(state.best_parameters.begin(), state.best_parameters.end(), is_finite))
    throw DataError(fmt::format("{}: not all of its weights are finite: the training had diverged", path));
  return checkpoint;
}

}  // namespace jetrain
