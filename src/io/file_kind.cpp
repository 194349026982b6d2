#include "io/file_kind.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace jetrain::hdf5 {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view start;
  const char* meaning;
};

constexpr std::array kKinds{
    Kind{"root"sv, "it is a ROOT file"},
    Kind{"PK\x03\x04"sv, "it is a ZIP archive, as .npz and .keras files are"},
    Kind{"\x93NUMPY"sv, "it is an array of NumPy (.npy)"},
    Kind{"PAR1"sv, "it is a Parquet file"},
    Kind{"ARROW1"sv, "it is an Arrow (Feather) file"},
    Kind{"\x0e\x03\x13\x01"sv, "it is HDF4, which is another format (h4toh5 converts it)"},
    Kind{"CDF\x01"sv, "it is a NetCDF file of the classic format (nccopy -k nc4 makes HDF5 of it)"},
    Kind{"CDF\x02"sv, "it is a NetCDF file of the classic format (nccopy -k nc4 makes HDF5 of it)"},
    Kind{"\x1f\x8b"sv, "it is compressed as a whole: gunzip it"},
    Kind{"BZh"sv, "it is compressed as a whole: bunzip2 it"},
    Kind{"\xfd"
         "7zXZ\0"sv,
         "it is compressed as a whole: unxz it"},
    Kind{"\x28\xb5\x2f\xfd"sv, "it is compressed as a whole: unzstd it"},
    Kind{"version https://git-lfs"sv,
         "it is Git LFS' pointer to a file: git lfs pull fetches the file itself"},
    Kind{"\x80\x04"sv, "it looks like a pickle of Python"},
    Kind{"\x80\x05"sv, "it looks like a pickle of Python"},
};

/// A page that a server sent instead of the file: of a login, or an error.
bool is_page(std::string_view start) {
  std::string text;
  for (const char c : start.substr(0, 200))
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text.find("<!doctype html") != std::string::npos || text.find("<html") != std::string::npos;
}

bool is_text(std::string_view start) {
  return std::all_of(start.begin(), start.end(), [](unsigned char c) {
    return c >= ' ' ? c != 0x7F : c == '\n' || c == '\r' || c == '\t';
  });
}

}  // namespace

std::string kind_of_file(const InputFile& file) {
  constexpr std::int64_t kLooked = 512;
  constexpr const char* kAdvice = "give a file written by pandas, h5py or `jetrain generate`";
  if (file.size() == 0) return "it is empty";
  std::string start(static_cast<std::size_t>(std::min(kLooked, file.size())), '\0');
  file.read(0, std::as_writable_bytes(std::span(start)));
  for (const Kind& kind : kKinds)
    if (std::string_view(start).starts_with(kind.start)) return kind.meaning;
  constexpr std::size_t kTarMark = 257;
  if (start.size() > kTarMark && std::string_view(start).substr(kTarMark).starts_with("ustar"))
    return "it is a tar archive: unpack it";
  if (is_page(start)) return "it is an HTML page, as of a login or an error: download the file again";
  if (is_text(start)) return std::string("it is a text: ") + kAdvice;
  if (std::all_of(start.begin(), start.end(), [](char c) { return c == 0; }))
    return "it begins with zeros, as copies do that were broken off: copy it again";
  return std::string("it has no HDF5 signature: ") + kAdvice;
}

}  // namespace jetrain::hdf5
