#include "run/checkpoint_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>

#include "io/attributes.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr const char* kFormat = "jetrain checkpoint";
constexpr std::int64_t kVersion = 2;

/// Counts are far below 2^53, so all numbers travel as doubles. `visit` is called with each in turn.
template <class Visitor>
void for_each_number(EpochRecord& r, Visitor visit) {
  Metrics& v = r.validation;
  visit(r.epoch), visit(r.loss), visit(r.accuracy);
  visit(v.jets), visit(v.loss), visit(v.accuracy), visit(v.auc), visit(v.rejection_30), visit(v.rejection_50);
  visit(r.learning_rate), visit(r.seconds), visit(r.jets_per_second);
}
constexpr std::int64_t kRecordNumbers = 12;

template <class Visitor>
void for_each_number(TrainingState& s, Visitor visit) {
  EpochProgress& p = s.progress;
  visit(p.epoch), visit(p.steps), visit(p.loss), visit(p.correct), visit(p.seconds);
  visit(s.stopping.best), visit(s.stopping.waited), visit(s.stopping.first);
  visit(s.best_epoch), visit(s.optimizer_steps);
  visit(s.plateau.best), visit(s.plateau.waited), visit(s.plateau.factor);
}
constexpr std::int64_t kStateNumbers = 13;

auto append_to(std::vector<double>& numbers) {
  return [&](auto value) { numbers.push_back(static_cast<double>(value)); };
}

auto take_from(const double*& next) {
  return [&](auto& value) {
    using Value = std::remove_reference_t<decltype(value)>;
    const double number = *next++;
    if constexpr (std::is_integral_v<Value>) {
      constexpr double kLargest = 9007199254740992.0;  // 2^53
      if (!(number >= 0 && number <= kLargest && number == std::floor(number)))
        throw DataError(
            fmt::format("the checkpoint holds {} where a count should be: it is damaged", number));
    }
    value = static_cast<Value>(number);
  };
}

std::string optimizer_path(std::size_t i) {
  return fmt::format("/optimizer/{}", i);
}

void write_floats(hid_t file, const std::string& path, const std::vector<float>& values) {
  hdf5::write_array(file, path, {std::ssize(values)}, values.data());
}

std::vector<float> read_floats(hid_t file, const std::string& path, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  hdf5::read_array(file, path, {count}, values.data());
  return values;
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  TrainingState state = checkpoint.state;  // visitors see mutable numbers, since the reader fills them
  hdf5::write_file(path, hdf5::Seal::checksum, [&](hid_t file) {
    hdf5::write_attribute(file, "format", kFormat);
    hdf5::write_attribute(file, "version", kVersion);
    hdf5::write_attribute(file, "data", checkpoint.data);
    hdf5::write_text(file, "/config", to_yaml(checkpoint.config));
    write_floats(file, "/parameters", state.parameters);
    write_floats(file, "/best_parameters", state.best_parameters);
    for (std::size_t i = 0; i < state.optimizer.size(); ++i)
      write_floats(file, optimizer_path(i), state.optimizer[i]);
    std::vector<double> history;
    for (EpochRecord& record : state.history) for_each_number(record, append_to(history));
    hdf5::write_array(file, "/history", {std::ssize(state.history), kRecordNumbers}, history.data());
    std::vector<double> numbers;
    for_each_number(state, append_to(numbers));
    hdf5::write_array(file, "/numbers", {kStateNumbers}, numbers.data());
  });
}

Checkpoint load_checkpoint(const std::string& path) {
  hdf5::check_seal(path);
  const hdf5::Handle file = hdf5::open_file(path);
  if (hdf5::text_attribute(file, "format") != kFormat || hdf5::integer_attribute(file, "version") != kVersion)
    throw DataError(fmt::format("{} is not a checkpoint of this version of jetrain", path));
  Checkpoint checkpoint;
  checkpoint.data = hdf5::text_attribute(file, "data");
  checkpoint.config = parse_config(hdf5::read_text(file, "/config"), path + ":/config", {}, false);

  TrainingState& state = checkpoint.state;
  const std::int64_t parameters = hdf5::array_length(file, "/parameters");
  state.parameters = read_floats(file, "/parameters", parameters);
  state.best_parameters = read_floats(file, "/best_parameters", parameters);
  for (std::size_t i = 0; hdf5::exists(file, optimizer_path(i)); ++i)
    state.optimizer.push_back(
        read_floats(file, optimizer_path(i), hdf5::array_length(file, optimizer_path(i))));

  state.history.resize(static_cast<std::size_t>(hdf5::array_length(file, "/history")));
  std::vector<double> history(state.history.size() * kRecordNumbers);
  hdf5::read_array(file, "/history", {std::ssize(state.history), kRecordNumbers}, history.data());
  const double* next = history.data();
  for (EpochRecord& record : state.history) for_each_number(record, take_from(next));
  std::vector<double> numbers(kStateNumbers);
  hdf5::read_array(file, "/numbers", {kStateNumbers}, numbers.data());
  next = numbers.data();
  for_each_number(state, take_from(next));
  return checkpoint;
}

}  // namespace jetrain
