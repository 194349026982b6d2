/// \file
/// An epoch of a training with the computing left out: the messages that jetrain sends, by MPI calls of its
/// own that follow src/comm and src/train, on the simulated ranks of SimGrid's SMPI. What a rank would
/// compute is told to the simulator in seconds. Options are KEY=VALUE (see Options below; run.sh explains
/// them); prints a line of CSV.
///
/// Not all of an epoch is simulated: `steps` of its steps, one of its windows of redistribution, and the end
/// of the epoch. The seconds of a step and of a window are multiplied by the epoch's number of them;
/// computing is summed over all steps exactly, the busiest rank's in each.

#include <mpi.h>
#include <smpi/smpi.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::int64_t kLeaf = 16;             // jets
constexpr std::int64_t kWindowSamples = 8192;  // that a rank receives in one window of redistribution
constexpr std::int64_t kHeaderBytes = 16;      // of a message of images

struct Options {
  std::string mode = "strong";          // or weak: batch and jets are those of one rank
  std::string method = "hierarchical";  // or flat
  std::string validation = "all";       // or root
  std::int64_t per_node = 1;            // ranks
  std::int64_t jets = 1'200'000;
  std::int64_t validation_jets = 400'000;
  std::int64_t batch = 16'384;
  std::int64_t sums = 216'557;  // int64 in the allreduce of a step
  std::int64_t steps = 2;       // that are simulated
  std::int64_t jet = 280;       // bytes of a jet in a message: of a sparse image
  std::int64_t peers = 32;      // of a node, others to whom messages of redistribution are simulated
  double leaf = 1.15e-3;        // seconds, forward and backward, of sixteen jets
  double forward = 0.36e-3;     // seconds, of sixteen jets
  double step =
      0.3e-3;  // seconds that a step takes on every rank beside its leaves: clearing sums, the update
  double metrics = 12.5e-9;  // seconds a validation jet on rank 0
  double files = 3e-3;       // seconds on rank 0 after each epoch
  double add = 10e9;         // bytes of sums that a rank adds in a second
  double node = 150e9;       // bytes a second that all ranks of a node read from its memory together
};

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    const std::string key = text.substr(0, text.find('='));
    const std::string value = key.size() < text.size() ? text.substr(key.size() + 1) : "";
    const auto is = [&](const char* name) { return key == name; };
    const auto integer = [&] { return static_cast<std::int64_t>(std::stoll(value)); };
    if (is("mode"))
      o.mode = value;
    else if (is("method"))
      o.method = value;
    else if (is("validation"))
      o.validation = value;
    else if (is("peers"))
      o.peers = integer();
    else if (is("per-node"))
      o.per_node = integer();
    else if (is("jets"))
      o.jets = integer();
    else if (is("validation-jets"))
      o.validation_jets = integer();
    else if (is("batch"))
      o.batch = integer();
    else if (is("sums"))
      o.sums = integer();
    else if (is("steps"))
      o.steps = integer();
    else if (is("jet"))
      o.jet = integer();
    else if (is("leaf"))
      o.leaf = std::stod(value);
    else if (is("forward"))
      o.forward = std::stod(value);
    else if (is("step"))
      o.step = std::stod(value);
    else if (is("metrics"))
      o.metrics = std::stod(value);
    else if (is("files"))
      o.files = std::stod(value);
    else if (is("add"))
      o.add = std::stod(value);
    else if (is("node"))
      o.node = std::stod(value);
    else
      throw std::invalid_argument("unknown option " + key);
  }
  return o;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// Who computes what, as jetrain's BatchPlan: each batch in leaves of sixteen, each rank a run of a batch's
/// leaves.
struct Plan {
  std::int64_t jets = 0;
  std::int64_t batch = 1;
  std::int64_t ranks = 1;

  std::int64_t batches() const { return ceil_divide(jets, batch); }
  std::int64_t leaves(std::int64_t b) const { return ceil_divide(std::min(batch, jets - b * batch), kLeaf); }
  std::int64_t leaves(std::int64_t b, std::int64_t rank) const {
    return leaves(b) * (rank + 1) / ranks - leaves(b) * rank / ranks;
  }
  std::int64_t most_leaves(std::int64_t b) const { return ceil_divide(leaves(b), ranks); }
};

double bytes_a_second_of_adding = 1;  // one for all ranks: SMPI runs them in one process

/// Takes the time of an addition; there are no numbers to add.
void add_without_adding(void*, void*, int* count, MPI_Datatype*) {
  smpi_execute(*count * 8.0 / bytes_a_second_of_adding);
}

void small_allreduce(MPI_Op operation) {
  std::int64_t value = 1;
  std::int64_t result = 0;
  MPI_Allreduce(&value, &result, 1, MPI_INT64_T, operation, MPI_COMM_WORLD);
}

/// A rank of the simulated job.
class Rank {
 public:
  explicit Rank(const Options& options) : o_(options) {
    int rank = 0;
    int ranks = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    rank_ = rank;
    ranks_ = ranks;
    if (o_.mode == "weak") {
      o_.jets *= ranks;
      o_.validation_jets *= ranks;
      o_.batch *= ranks;
    }
    plan_ = {o_.jets, o_.batch, ranks_};
    in_node_ = std::min(o_.per_node, ranks_);
    bytes_a_second_of_adding = o_.add;
    MPI_Op_create(add_without_adding, 1, &addition_);
    if (in_slices()) {
      const auto in_node = static_cast<int>(in_node_);
      const int first = rank / in_node * in_node;
      node_ = communicator_of(first, std::min(first + in_node, ranks) - 1, 1);
      lane_ = communicator_of(rank % in_node, ranks - 1, in_node);
    }
    addends_ = SMPI_SHARED_MALLOC(static_cast<std::size_t>(o_.sums) * 8);
    totals_ = SMPI_SHARED_MALLOC(static_cast<std::size_t>(o_.sums) * 8);
    images_ = SMPI_SHARED_MALLOC(static_cast<std::size_t>(o_.jet * 2 * kWindowSamples));
  }

  void run() {
    small_allreduce(MPI_MIN);
    const double redistribution = exchange_seconds() * windows();
    small_allreduce(MPI_MIN);
    const std::int64_t steps = std::min(o_.steps, plan_.batches());
    double sums = seconds_of([&] {
      for (std::int64_t b = 0; b < steps; ++b) train(b);
    });
    for (std::int64_t b = 0; b < steps; ++b) sums -= compute_seconds(b);
    sums *= static_cast<double>(plan_.batches()) / static_cast<double>(steps);
    const double validation = seconds_of([&] { validate(); });
    const double root = seconds_of([&] { end_epoch(); });
    if (rank_ == 0) print(redistribution, sums, validation, root);
  }

 private:
  /// Of the ranks first, first + stride ... last. (MPI_Comm_split of a thousand simulated ranks takes long.)
  static MPI_Comm communicator_of(int first, int last, int stride) {
    MPI_Group world = MPI_GROUP_NULL;
    MPI_Group some = MPI_GROUP_NULL;
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    int range[1][3] = {{first, last, stride}};
    MPI_Group_range_incl(world, 1, range, &some);
    MPI_Comm result = MPI_COMM_NULL;
    MPI_Comm_create_group(MPI_COMM_WORLD, some, 0, &result);
    return result;
  }

  template <class Work>
  static double seconds_of(const Work& work) {
    const double begin = MPI_Wtime();
    work();
    return MPI_Wtime() - begin;
  }

  bool in_slices() const { return in_node_ > 1 && o_.method == "hierarchical"; }

  double compute_seconds(std::int64_t b) const {
    return static_cast<double>(plan_.most_leaves(b)) * o_.leaf + o_.step;
  }

  std::int64_t window_jets() const {
    const std::int64_t batches = std::max<std::int64_t>(1, kWindowSamples * ranks_ / o_.batch);
    return std::min(o_.jets, batches * o_.batch);
  }
  double windows() const { return static_cast<double>(o_.jets) / static_cast<double>(window_jets()); }

  /// Bytes of one rank's message to another in a window, 0: none. Of the pairs so many have a message as
  /// Poisson's distribution of jets over pairs says, by the pair's hash, so that both know it; all messages
  /// are of mean length, because the simulator's time grows with the number of different moments at which
  /// messages arrive.
  int bytes_between(std::int64_t from, std::int64_t to) const {
    const auto ranks = static_cast<double>(ranks_);
    const double jets = static_cast<double>(window_jets()) / ranks / ranks;
    const double share = 1 - std::exp(-jets);
    std::uint64_t hash = static_cast<std::uint64_t>(from * ranks_ + to + 1) * 0x9E3779B97F4A7C15U;
    hash = (hash ^ (hash >> 31)) * 0xBF58476D1CE4E5B9U;
    if (static_cast<double>((hash ^ (hash >> 30)) >> 11) * 0x1p-53 >= share) return 0;
    return static_cast<int>(std::lround(kHeaderBytes + jets / share * static_cast<double>(o_.jet)));
  }

  /// Seconds of Communicator::exchange: the lengths, then a message for each pair that has one. There are
  /// ranks^2 pairs, too many to simulate: what messages to a few more others cost is extrapolated to all.
  double exchange_seconds() const {
    const auto ranks = static_cast<std::size_t>(ranks_);
    std::vector<std::int64_t> out(ranks);
    std::vector<std::int64_t> in(ranks);
    const double lengths = seconds_of(
        [&] { MPI_Alltoall(out.data(), 1, MPI_INT64_T, in.data(), 1, MPI_INT64_T, MPI_COMM_WORLD); });
    const std::int64_t others = ranks_ - 1;
    const std::int64_t few = std::max<std::int64_t>(4, o_.peers / in_node_);
    if (others <= 2 * few) return lengths + messages_seconds(others);
    const double seconds = messages_seconds(few);
    const double each_more = (messages_seconds(2 * few) - seconds) / static_cast<double>(few);
    return lengths + seconds + each_more * static_cast<double>(others - few);
  }

  /// Seconds until all messages to `peers` of the others, evenly spread, have arrived on all ranks.
  double messages_seconds(std::int64_t peers) const {
    small_allreduce(MPI_MIN);
    return seconds_of([&] {
      std::vector<MPI_Request> requests;
      for (std::int64_t i = 0; i < peers; ++i) {
        const std::int64_t distance = 1 + (2 * i + 1) * (ranks_ - 1) / (2 * peers);
        const std::int64_t source = (rank_ + ranks_ - distance) % ranks_;
        const std::int64_t target = (rank_ + distance) % ranks_;
        if (const int bytes = bytes_between(source, rank_); bytes > 0) {
          MPI_Irecv(images_, bytes, MPI_BYTE, static_cast<int>(source), 0, MPI_COMM_WORLD,
                    &requests.emplace_back());
        }
        if (const int bytes = bytes_between(rank_, target); bytes > 0) {
          MPI_Isend(images_, bytes, MPI_BYTE, static_cast<int>(target), 0, MPI_COMM_WORLD,
                    &requests.emplace_back());
        }
      }
      MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
      small_allreduce(MPI_MIN);
    });
  }

  void train(std::int64_t b) {
    smpi_execute(static_cast<double>(plan_.leaves(b, rank_)) * o_.leaf + o_.step);
    if (!in_slices()) {
      MPI_Allreduce(addends_, totals_, static_cast<int>(o_.sums), MPI_INT64_T, addition_, MPI_COMM_WORLD);
      return;
    }
    // RankSum: shared memory, which SMPI does not have, is as fast as told.
    MPI_Barrier(node_);
    const double bytes = 8.0 * static_cast<double>(o_.sums);
    const auto in_node = static_cast<double>(in_node_);
    smpi_execute(std::max(bytes / o_.add, bytes * in_node / o_.node));
    const auto slice = static_cast<int>(ceil_divide(o_.sums, in_node_));
    if (ranks_ > in_node_) MPI_Allreduce(addends_, totals_, slice, MPI_INT64_T, addition_, lane_);
    MPI_Barrier(node_);
  }

  /// Communicator::gather_bytes: lengths to all, then strings of about the same length up a tree.
  void gather(std::int64_t bytes) {
    std::int64_t length = bytes;
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(ranks_));
    MPI_Allgather(&length, 1, MPI_INT64_T, lengths.data(), 1, MPI_INT64_T, MPI_COMM_WORLD);
    MPI_Gather(images_, static_cast<int>(bytes), MPI_BYTE, images_, static_cast<int>(bytes), MPI_BYTE, 0,
               MPI_COMM_WORLD);
  }

  void validate() {
    const bool all = o_.validation == "all";
    const std::int64_t mine = all          ? ceil_divide(o_.validation_jets, ranks_)
                              : rank_ == 0 ? o_.validation_jets
                                           : 0;
    smpi_execute(static_cast<double>(ceil_divide(mine, kLeaf)) * o_.forward);
    if (all) {
      gather(mine * 4);
      small_allreduce(MPI_SUM);
      small_allreduce(MPI_SUM);
    }
    if (rank_ == 0) smpi_execute(static_cast<double>(o_.validation_jets) * o_.metrics);
    MPI_Bcast(images_, 64, MPI_BYTE, 0, MPI_COMM_WORLD);
  }

  /// Rank 0 writes history and model, all agree that it did, and are looked at for stragglers.
  void end_epoch() {
    if (rank_ == 0) smpi_execute(o_.files);
    small_allreduce(MPI_MIN);
    gather(48);
    small_allreduce(MPI_MIN);  // the next epoch's first step, which rank 0 reaches last
  }

  void print(double redistribution, double sums, double validation, double root) const {
    double compute = 0;
    for (std::int64_t b = 0; b < plan_.batches(); ++b) compute += compute_seconds(b);
    const double total = redistribution + compute + sums + validation + root;
    // The same training on one rank, which has no one to wait for; in weak scaling, of its own jets.
    const double share = o_.mode == "weak" ? static_cast<double>(ranks_) : 1.0;
    const double ideal_ranks = o_.mode == "weak" ? 1.0 : static_cast<double>(ranks_);
    double one = static_cast<double>(plan_.batches()) * o_.step;
    for (std::int64_t b = 0; b < plan_.batches(); ++b)
      one += static_cast<double>(plan_.leaves(b)) * o_.leaf / share;
    const double one_validation =
        static_cast<double>(o_.validation_jets) / share * (o_.forward / kLeaf + o_.metrics) + o_.files;
    std::printf(
        "%lld,%lld,%s,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.4f,%.4f,%.7f\n", static_cast<long long>(ranks_),
        static_cast<long long>(ceil_divide(ranks_, in_node_)), in_slices() ? "hierarchical" : "flat", compute,
        sums, redistribution, validation, root, total, (one + one_validation) / ideal_ranks / total,
        one / ideal_ranks / (redistribution + compute + sums), sums / static_cast<double>(plan_.batches()));
  }

  Options o_;
  std::int64_t rank_ = 0;
  std::int64_t ranks_ = 1;
  std::int64_t in_node_ = 1;
  Plan plan_;
  MPI_Op addition_ = MPI_OP_NULL;
  MPI_Comm node_ = MPI_COMM_NULL;
  MPI_Comm lane_ = MPI_COMM_NULL;
  void* addends_ = nullptr;
  void* totals_ = nullptr;
  void* images_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  Rank(parse(argc, argv)).run();
  MPI_Finalize();
  return 0;
}
