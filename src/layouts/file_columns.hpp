#pragma once

/// \file
/// What the numbers of a file are called, and where they stand: HDF5 of any kind, and NumPy's .npz and .npy.
/// Which of them is told by the file's first bytes, not by its name.
///
/// A reference names numbers of each row (a row is all that stands behind one index of the first dimension):
///
///     fjet_clus_pt, group/dataset   a dataset (N), (N, P), (N, P, F), ...; in .npz, an array
///     particle_features[2]          one index of its last dimension, from 0
///     tracks.pt, table/table.values_block_0[1]
///                                   a member of a dataset of compounds, (N) or (N, P); also members of these
///     is_signal_new                 a column of the file's table, by its name
///     PX_*                          columns PX_0, PX_1, ... (or from PX_1 on), as many as there are, as (P);
///                                   also members, columns of a table that is named, and datasets:
///                                   tracks.hit_*, df.PX_*, pt_*
///
/// The table is what pandas wrote with to_hdf, as format "table" or "fixed", or a dataset (N) of compounds,
/// whose members are the columns. Of a pandas table the index is no column.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/dataset.hpp"
#include "layouts/place.hpp"

namespace jetrain {

class StoredArray;  // layouts/stored_array.hpp: the bytes of one dataset, for RowReader

/// How a dataset is stored; for people.
struct ArrayFacts {
  std::string name;  ///< as a reference names it
  std::string type;  ///< "float32", "4 members: pt float32, ...", "text"
  std::vector<std::int64_t> shape;
  hdf5::Storage storage = hdf5::Storage::contiguous;
  std::vector<std::int64_t> chunk;  ///< its shape; empty: not chunked
  std::int64_t chunks = 0;
  std::string filters;  ///< "blosc level 5", "deflate", "none", ...
  std::int64_t stored_bytes = 0;
  std::int64_t decoded_bytes = 0;
  bool raw_chunks = false;  ///< read as raw chunks and decoded by threads, not inside the HDF5 library
};

class FileColumns {
 public:
  /// Opens `path` on all ranks; rank 0 reads for all. `table`: which table the columns are of, "/table",
  /// "df", "events/jets"; empty: the only one that there is. Collective; DataError (agreed on).
  FileColumns(const std::string& path, const std::string& table, const Communicator& comm);
  ~FileColumns();
  FileColumns(FileColumns&&) noexcept;
  FileColumns& operator=(FileColumns&&) noexcept;

  const std::string& path() const noexcept;

  /// `look_up()`, which calls what is below; rank 0 reads for all, and a failure is agreed on. Collective:
  /// all ranks look up the same in the same order.
  template <class LookUp>
  void together(const Communicator& comm, const LookUp& look_up) {
    comm.agree([&] {
      const Sharing sharing(*this, comm);
      look_up();
    });
  }

  /// What `reference` stands for. DataError where there is nothing of that name, with the nearest that there
  /// is and what else; where two things have it; where it holds no numbers; where a number is missing between
  /// those of a `*`. Each names the file.
  Found find(const std::string& reference);
  /// Nothing where there is nothing of that name; DataError for the rest.
  std::optional<Found> try_find(const std::string& reference);

  /// The columns of the table, in the order in which they stand in the file; empty where there is no table.
  /// DataError where there are several and none is named.
  const std::vector<std::string>& columns();
  /// The table's name, "/table" of pandas' to_hdf(key="table"); "" where there is none. DataError as
  /// columns().
  const std::string& table();
  /// Why a link of the file leads nowhere, with its name and target; "" where all lead somewhere.
  std::string broken_link();
  /// What is to be said of how the file is read, in sentences that name it.
  std::vector<std::string> doubts() const;
  /// All tables of the file.
  std::vector<std::string> tables();
  /// All datasets but those inside of pandas' tables and PyTables' indexes, the first thousand.
  std::vector<ArrayFacts> datasets();

  /// The datasets that were found so far, by their numbers.
  std::size_t arrays() const noexcept;
  const StoredArray& array(std::size_t number) const;
  /// Goes through the dataset's index of chunks: to be shown, not to be used while reading.
  ArrayFacts facts(std::size_t number) const;

 private:
  class Sharing {
   public:
    Sharing(FileColumns& file, const Communicator& comm);
    ~Sharing();
    Sharing(const Sharing&) = delete;
    Sharing& operator=(const Sharing&) = delete;

   private:
    struct State;
    std::unique_ptr<State> state_;
  };
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jetrain
