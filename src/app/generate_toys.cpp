#include "app/generate_toys.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/printable_text.hpp"
#include "generator/toys.hpp"
#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

void write_line(hid_t file, const GenerateOptions& options) {
  std::vector<float> x;
  std::vector<float> y;
  x.reserve(static_cast<std::size_t>(options.jets));  // told now, not after hours, where there is no room
  y.reserve(static_cast<std::size_t>(options.jets));
  for (std::int64_t row = 0; row < options.jets; ++row) {
    const LinePoint point = line_point(options.seed, row);
    x.push_back(point.x);
    y.push_back(point.y);
  }
  hdf5::write_array(file, "/features", {options.jets, 1}, x.data());
  hdf5::write_array(file, "/labels", {options.jets, 1}, y.data());
}

void write_gaussians(hid_t file, const GenerateOptions& options) {
  std::vector<float> x;
  std::vector<std::uint8_t> labels;
  x.reserve(2 * static_cast<std::size_t>(options.jets));
  labels.reserve(static_cast<std::size_t>(options.jets));
  for (std::int64_t row = 0; row < options.jets; ++row) {
    const GaussianPoint point = gaussian_point(options.seed, row);
    x.insert(x.end(), std::begin(point.x), std::end(point.x));
    labels.push_back(point.label);
  }
  hdf5::write_array(file, "/features", {options.jets, 2}, x.data());
  hdf5::write_array(file, "/labels", {options.jets}, labels.data());
}

}  // namespace

void generate_toys(GeneratedKind kind, const GenerateOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (!comm.is_root()) return;
    hdf5::write_file(options.output, hdf5::Seal::none, [&](hid_t file) {
      switch (kind) {
        case GeneratedKind::line:
          return write_line(file, options);
        case GeneratedKind::gaussians:
          return write_gaussians(file, options);
        case GeneratedKind::jets:
          break;
      }
      throw Error(fmt::format("{} are no toys", kind));
    });
    print_line("{}: {} rows ({}), seed {}", options.output, options.jets, word_of(kind).meaning,
               options.seed);
  });
}

}  // namespace jetrain
