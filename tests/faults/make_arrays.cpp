// make_arrays FOLDER: one small set of plain arrays (x, y: two classes in the plane), stored in each way that
// HDF5 knows: contiguous.h5, chunked.h5, compact.h5.
#include <hdf5.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr hsize_t kRows = 320;
constexpr hsize_t kChunkRows = 40;

hid_t good(hid_t result) {
  if (result < 0) throw std::runtime_error("HDF5 cannot write the arrays");
  return result;
}

template <class T>
void write_array(hid_t file, const char* name, hid_t type, H5D_layout_t layout, hsize_t columns,
                 const std::vector<T>& values) {
  const std::array<hsize_t, 2> shape{kRows, columns};
  const std::array<hsize_t, 2> chunk{kChunkRows, columns};
  const int dimensions = columns == 1 ? 1 : 2;
  const hid_t space = good(H5Screate_simple(dimensions, shape.data(), nullptr));
  const hid_t creation = good(H5Pcreate(H5P_DATASET_CREATE));
  good(H5Pset_layout(creation, layout));
  if (layout == H5D_CHUNKED) good(H5Pset_chunk(creation, dimensions, chunk.data()));
  const hid_t dataset = good(H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  good(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  good(H5Dclose(dataset));
  good(H5Pclose(creation));
  good(H5Sclose(space));
}

/// Two squares of points, side by side, in an order that a division by a prime mixes.
void write_file(const std::string& path, H5D_layout_t layout) {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  for (hsize_t row = 0; row < kRows; ++row) {
    const auto label = static_cast<std::int32_t>(row % 2);
    x.push_back(static_cast<float>(label) - 0.5F + 0.01F * static_cast<float>(row * 37 % 101));
    x.push_back(0.01F * static_cast<float>(row * 53 % 97));
    y.push_back(label);
  }
  const hid_t file = good(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  write_array(file, "x", H5T_NATIVE_FLOAT, layout, 2, x);
  write_array(file, "y", H5T_NATIVE_INT32, layout, 1, y);
  good(H5Fclose(file));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string folder = arguments[1];
  write_file(folder + "/contiguous.h5", H5D_CONTIGUOUS);
  write_file(folder + "/chunked.h5", H5D_CHUNKED);
  write_file(folder + "/compact.h5", H5D_COMPACT);
  return 0;
}
