#include "io/hdf5_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>

#include "core/input_file.hpp"
#include "core/out_of_memory.hpp"
#include "core/output_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain::hdf5 {
namespace {

constexpr std::string_view kSealStart = "\njetrain seal xxh3_128 ";
constexpr std::int64_t kSealLength = std::ssize(kSealStart) + 32 + 1;

std::string seal_of(const XXH128_hash_t& hash) {
  return fmt::format("{}{:016x}{:016x}\n", kSealStart, hash.high64, hash.low64);
}

std::string text_at(const InputFile& file, std::int64_t at, std::int64_t length) {
  std::string text(static_cast<std::size_t>(length), '\0');
  file.read(at, std::as_writable_bytes(std::span(text)));
  return text;
}

bool has_seal(const InputFile& file) {
  return file.size() >= kSealLength &&
         text_at(file, file.size() - kSealLength, std::ssize(kSealStart)) == kSealStart;
}

Handle create_in_memory() {
  initialize();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kGrowth = std::size_t{1} << 20;
  check(H5Pset_fapl_core(access, kGrowth, false), "making a file in memory");
  Handle file(H5Fcreate("in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  if (file < 0) {  // there is nothing but memory that it could lack
    note_refused(kGrowth);
    throw std::bad_alloc();
  }
  return file;
}

std::vector<std::byte> image_of(hid_t file) {
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), "finishing a file in memory");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  check(size, "copying a file in memory");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  check(H5Fget_file_image(file, bytes.data(), bytes.size()), "copying a file in memory");
  return bytes;
}

}  // namespace

void write_file(const std::string& path, Seal seal, const std::function<void(hid_t file)>& fill) {
  const std::string purpose = path + ", which is made in memory";
  memory_for(purpose.c_str(), [&] {
    std::vector<std::byte> bytes;
    {
      const Handle file = create_in_memory();
      fill(file);
      bytes = image_of(file);
    }
    write_bytes(path, seal == Seal::checksum ? sealed(std::move(bytes)) : bytes);
  });
}

std::vector<std::byte> sealed(std::vector<std::byte> image) {
  const std::string end = seal_of(XXH3_128bits(image.data(), image.size()));
  const auto end_bytes = std::as_bytes(std::span(end));
  image.insert(image.end(), end_bytes.begin(), end_bytes.end());
  return image;
}

bool has_seal(const std::string& path) {
  const InputFile file(path);
  return has_seal(file);
}

void check_seal(const std::string& path) {
  const InputFile file(path);
  if (!has_seal(file)) throw DataError(fmt::format("{} is damaged: it is cut off", path));
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  constexpr std::int64_t kPiece = std::int64_t{1} << 20;
  std::vector<std::byte> buffer(static_cast<std::size_t>(kPiece));
  const std::int64_t content = file.size() - kSealLength;
  for (std::int64_t at = 0; at < content; at += kPiece) {
    const auto piece = std::span(buffer).first(static_cast<std::size_t>(std::min(kPiece, content - at)));
    file.read(at, piece);
    XXH3_128bits_update(state.get(), piece.data(), piece.size());
  }
  if (text_at(file, content, kSealLength) != seal_of(XXH3_128bits_digest(state.get())))
    throw DataError(fmt::format("{} is damaged: its checksum does not match", path));
}

void write_text(hid_t file, const std::string& path, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  Dataset::create(file, path, type, {}).write_records(0, 1, type, text.c_str());
}

std::string read_text(hid_t file, const std::string& path) {
  const Dataset dataset = Dataset::open(file, path);
  if (dataset.elements() != Elements::text || H5Tis_variable_str(dataset.type()) > 0 ||
      dataset.rows() * dataset.row_size() != 1)
    throw DataError(fmt::format("{} is not a text", dataset.name()));
  dataset.require_possible();
  std::vector<char> text(H5Tget_size(dataset.type()) + 1, '\0');
  dataset.read_records(0, 1, dataset.type(), text.data());
  return text.data();
}

std::int64_t array_length(hid_t file, const std::string& path) {
  const Dataset dataset = Dataset::open(file, path);
  if (dataset.shape().empty()) return 0;
  dataset.require_possible();
  return dataset.rows();
}

void require_shape(const Dataset& dataset, const std::vector<std::int64_t>& shape) {
  if (dataset.shape() != shape) {
    throw DataError(fmt::format("{} has the shape ({}), not ({})", dataset.name(),
                                fmt::join(dataset.shape(), ", "), fmt::join(shape, ", ")));
  }
}

}  // namespace jetrain::hdf5
