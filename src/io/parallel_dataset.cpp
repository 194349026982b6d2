#include "io/parallel_dataset.hpp"

#include <fmt/format.h>

namespace jetrain::hdf5 {

ParallelDataset::ParallelDataset(hid_t file, std::string name, hid_t stored_type, hid_t memory_type,
                                 std::vector<hsize_t> sizes, const Communicator& comm)
    : comm_(&comm), name_(std::move(name)), memory_type_(memory_type), sizes_(std::move(sizes)) {
  comm.agree([&] {
    const Handle space(H5Screate_simple(static_cast<int>(sizes_.size()), sizes_.data(), nullptr), H5Sclose);
    const Handle creation = untimed_creation();
    // Every entry is written, so filling first would write the file twice.
    check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "switching filling off");
    dataset_ = Handle(H5Dcreate2(file, name_.c_str(), stored_type, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                      H5Dclose);
    check(dataset_, fmt::format("creating {}", name_));
  });
}

void ParallelDataset::write(std::int64_t first, std::int64_t count, const void* values) {
  if (sizes_[0] == 0) return;  // HDF5 refuses to write nothing into nothing
  std::vector<hsize_t> start(sizes_.size(), 0);
  std::vector<hsize_t> extent = sizes_;
  start[0] = static_cast<hsize_t>(first);
  extent[0] = static_cast<hsize_t>(count);
  comm_->agree([&] {
    const Handle file_space(H5Dget_space(dataset_), H5Sclose);
    const Handle memory_space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                              H5Sclose);
    if (count == 0) {
      H5Sselect_none(file_space);
      H5Sselect_none(memory_space);
    } else {
      H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
    }
    const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
    H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    check(H5Dwrite(dataset_, memory_type_, memory_space, file_space, transfer, values),
          fmt::format("writing {} (is the disk full?)", name_));
  });
}

}  // namespace jetrain::hdf5
