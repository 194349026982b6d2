#pragma once

/// \file
/// jetrain as a library: a trained model scores jets in memory. Nothing here calls MPI, so the program around
/// it needs no mpirun and no MPI_Init, and may use MPI as it likes. This header and jetrain/error.hpp include
/// the standard library only.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetrain/error.hpp"

namespace jetrain {

/// A jet (or another sample) in memory that cannot be scored.
class BadSample : public DataError {
 public:
  /// \param number of the sample in the array that was given, from 0
  /// \param message names the number, too
  BadSample(std::int64_t number, const std::string& message) : DataError(message), number_(number) {}

  /// \return its place in the array that was given, from 0
  std::int64_t number() const noexcept { return number_; }

 private:
  std::int64_t number_;
};

/// A trained model, ready to score. Scores are those of `jetrain predict`, bit for bit, however samples are
/// grouped and whatever the number of threads.
///
/// Many samples in one call are the quick way: up to sixteen are computed side by side, so a call for one
/// takes as long as for sixteen. `score` and `outputs` share the work out over OpenMP threads
/// (OMP_NUM_THREADS) and may be called by several threads at the same time. The constructor reads a file by
/// HDF5, which is usually not built for threads: no other thread may use HDF5 meanwhile.
class Tagger {
 public:
  /// Throws DataError where the file is no model, or damaged.
  ///
  /// \param path of a model, the best.h5 of a run
  explicit Tagger(const std::string& path);
  ~Tagger();
  /// Takes over another one's model.
  ///
  /// \param other is then good for nothing but destruction or assignment
  Tagger(Tagger&& other) noexcept;
  /// Takes over another one's model.
  ///
  /// \param other is then good for nothing but destruction or assignment
  /// \return this
  Tagger& operator=(Tagger&& other) noexcept;

  /// The score of each jet: the probability of a top.
  ///
  /// A jet without constituents has a score, too.
  ///
  /// \param momenta (jets, constituents, 4): E, px, py, pz in GeV, in any order, with padding anywhere, as in
  ///     files: zeros, energies not above 0, NaN in all four. Of a model of images the leading 200 in pT
  ///     count.
  /// \param constituents places for each jet, at least 1
  /// \return (jets)
  ///
  /// Throws BadSample with the number of the first jet that has a NaN or infinite momentum (but padding);
  /// UsageError where the array's size is no whole number of jets, or where the model was trained on plain
  /// arrays.
  std::vector<float> score(std::span<const float> momenta, std::int64_t constituents = 200) const;

  /// The same of jets that stand one behind the other, each with as many places as it has.
  ///
  /// \param momenta (places of all jets, 4), otherwise as above
  /// \param offsets (jets + 1): jet i has the places from offsets[i] to before offsets[i + 1]. The first is
  /// 0,
  ///     the last the number of all places; two equal ones are a jet without constituents.
  /// \return (jets)
  ///
  /// Throws as above; UsageError also where offsets are not so.
  std::vector<float> score_ragged(std::span<const float> momenta,
                                  std::span<const std::int64_t> offsets) const;

  /// Of a model that was trained on plain arrays (data.arrays): all that the network says of each sample.
  ///
  /// \param samples (samples, features), or (samples, channels, rows, columns), as in training
  /// \return (samples, outputs): of two classes, the second one is predict's score
  ///
  /// Throws BadSample with the number of the first sample that has a NaN or infinite value; UsageError where
  /// the array's size is no whole number of samples, or where the model was trained on jets.
  std::vector<float> outputs(std::span<const float> samples) const;

  /// \return XXH3-128 of the weights, as in the run's result.json
  std::string weights_hash() const;

 private:
  struct Loaded;
  std::unique_ptr<const Loaded> loaded_;
};

}  // namespace jetrain
