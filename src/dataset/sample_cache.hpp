#pragma once

/// \file
/// The sample cache (data.cache): an HDF5 file with the samples of the sets that training reads, so that the
/// next run starts at once. Samples are flat (samples/flat_sample.hpp), and stand in global order, so any
/// number of ranks may read what any other number wrote, and every sample keeps its number.
///
/// A set is four flat datasets, cut into pieces of consecutive samples that carry a checksum each; a rank
/// verifies the pieces that it reads. The file carries a key, a hash of all that its samples depend on.
/// Stored names are of the time when all samples were images: "pixels" are the positions of any entries.
///
///     /                   attributes: format, key, rows_read, rows_skipped, checksum (of the others)
///     /train/counts       uint16   (samples)  number of entries
///     /train/labels       uint8    (samples)  1 top, 0 QCD; of other data, the class
///     /train/pixels       uint16   (entries)  positions, of all samples one after another
///     /train/values       float32  (entries)
///     /train/pieces       uint64   (pieces, 3)  samples, entries, XXH3-64 of the four, and of these two:
///     /train/weights      float32  (samples)     where data.weights names some
///     /train/jets         float32  (samples, 4)  of images where train.reweight needs the sums, as below
///     /train/constituent_counts  uint16   (samples)          of samples that are sets, these four, too
///     /train/constituents        float32  (constituents, 4)  E, px, py, pz in GeV, of all samples
///     /train/jets                float32  (samples, 4)       of the sums over each jet's constituents
///     /train/constituent_pieces  uint64   (pieces, 3)        samples, constituents, XXH3-64 of the three
///     /validation/...

#include <functional>
#include <string>
#include <vector>

#include "core/log_level.hpp"
#include "dataset/sample_loader.hpp"

namespace jetrain {

/// XXH3-128, in hexadecimal, of a text that names all that the samples of `wanted` depend on: the format's
/// version, each data file's path, size and time of modification, the settings of data and of images (of sets
/// constituents.most alone: features, axis and augmentation come later), and the seed where the split is
/// random. Rank 0 looks at the files. Collective.
std::string sample_cache_key(const Config& config, const std::vector<Set>& wanted, const Communicator& comm);

/// Writes the sets that `wanted` names to `path`, whole or not at all. Collective.
void write_sample_cache(const std::string& path, const std::string& key, const std::vector<Set>& wanted,
                        const LoadedSamples& loaded, const Communicator& comm);

/// The layout of a set's samples.
using LayoutOf = std::function<SampleLayout(Set)>;

/// Each rank's equal share of each set. DataError, agreed on, where the cache is stale (has another key) or
/// damaged; UsageError where it is some other HDF5 file. Collective.
LoadedSamples read_sample_cache(const std::string& path, const std::string& key,
                                const std::vector<Set>& wanted, const LayoutOf& layout_of,
                                const Communicator& comm);

/// The samples from config.data.cache; where that is missing, stale or damaged, from `load`, and the cache is
/// made anew. A cache that cannot be written is a warning. Collective.
LoadedSamples load_through_cache(const Config& config, const std::vector<Set>& wanted,
                                 const Communicator& comm, const std::function<LoadedSamples()>& load,
                                 const Say& say);

}  // namespace jetrain
