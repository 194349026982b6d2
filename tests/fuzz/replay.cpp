// replay TARGET MUTANTS [SEED]: valid inputs of a target, and so many mutants of them, the same each time.
// Ends with status 1 at the first finding (a crash, a hang, an exception that is none of ours); the input is
// then in fuzz_finding_TARGET. Each input has a process of its own: crashes inside the HDF5 library, which
// does not survive all damage to its own structures, are counted apart. replay TARGET --seeds FOLDER writes
// the valid inputs, a corpus to begin with. replay TARGET --input FILE tries one input.

#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "comm/environment.hpp"
#include "targets.hpp"

namespace {

using namespace jetrain;
using namespace jetrain::fuzz;

constexpr unsigned kSecondsAnInput = 20;

constexpr int kExitBase = 100;  // of a child, so that nobody else's status is taken for a result
enum Result : int { kAccepted, kRefused, kStrangeException, kHdf5Crash, kOwnCrash };

/// HDF5 calls none of our code, but for decompression; where one of its functions is on the stack, it
/// crashed.
int crash_result() {
  std::array<void*, 64> frames;
  const int count = backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 0; i < count; ++i) {
    Dl_info info{};
    if (dladdr(frames[static_cast<std::size_t>(i)], &info) != 0 && info.dli_fname != nullptr &&
        std::strstr(info.dli_fname, "libhdf5") != nullptr)
      return kHdf5Crash;
  }
  return kOwnCrash;
}

extern "C" void on_crash_of_input(int) {
  _exit(kExitBase + crash_result());
}

/// The address sanitizer calls this, where it is there, before it ends the process.
extern "C" void __asan_on_error() {
  _exit(kExitBase + crash_result());
}

/// Tries one input in a child process.
Result result_of(const Target& target, const std::string& bytes) {
  const pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);  // what HDF5 and MPI-IO say of damaged files
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) std::signal(signal, on_crash_of_input);
    alarm(kSecondsAnInput);
    try {
      _exit(kExitBase + (target.try_input(bytes) == Outcome::accepted ? kAccepted : kRefused));
    } catch (const std::exception& error) {
      fmt::print("{}: {}\n", target.name, error.what());
      std::fflush(stdout);
      _exit(kExitBase + kStrangeException);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    fmt::print("{}: ended by signal {}{}\n", target.name, WTERMSIG(status),
               WTERMSIG(status) == SIGALRM ? ": a hang" : "");
    return kOwnCrash;
  }
  const int code = WEXITSTATUS(status) - kExitBase;
  return code >= kAccepted && code <= kOwnCrash ? static_cast<Result>(code)
                                                : kOwnCrash;  // exit() by a sanitizer
}

/// One change as disks and careless programs make them: flipped bits, numbers at their limits, cut and moved
/// pieces.
std::string mutated(std::string bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1));
  };
  // Half of the changes are where HDF5 keeps its structures, and YAML files their keys.
  const std::size_t reach = random() % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 4096);
  const std::size_t at = below(reach);
  switch (random() % 6) {
    case 0:
    case 1:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
      break;
    case 2: {
      constexpr std::array<std::uint64_t, 8> kNumbers{
          0, 1, 0x7f, 0xff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
      const std::uint64_t number = kNumbers[below(kNumbers.size())];
      const std::size_t width = std::size_t{1} << below(4);
      if (at + width <= bytes.size()) std::memcpy(&bytes[at], &number, width);
      break;
    }
    case 3:
      bytes.resize(at);
      break;
    case 4:
      bytes.erase(at, below(64) + 1);
      break;
    default:
      bytes.insert(at, bytes.substr(below(reach), below(64) + 1));
      break;
  }
  return bytes;
}

void remember(const Target& target, const std::string& bytes) {
  std::ofstream(fmt::format("fuzz_finding_{}", target.name), std::ios::binary) << bytes;
}

int replay(const Target& target, std::int64_t mutants, std::uint64_t seed) {
  const std::vector<std::string> seeds = target.seeds();
  for (const std::string& bytes : seeds) {
    if (result_of(target, bytes) != kAccepted) {
      fmt::print("{}: a valid input is refused\n", target.name);
      return 1;
    }
  }
  std::mt19937_64 random(seed);
  std::array<std::int64_t, 5> counts{};
  for (std::int64_t i = 0; i < mutants; ++i) {
    const std::string& origin = seeds[static_cast<std::size_t>(random() % seeds.size())];
    std::string bytes = origin;
    for (std::uint64_t changes = 1 + random() % 3; changes > 0 && !bytes.empty(); --changes)
      bytes = mutated(bytes, random);
    const bool reseal = target.sealed && random() % 8 != 0;
    if (reseal) bytes = resealed(bytes);
    remember(target, bytes);
    const Result result = result_of(target, bytes);
    ++counts[static_cast<std::size_t>(result)];
    const bool silent = target.sealed && !reseal && result == kAccepted && bytes != origin;
    if (silent) fmt::print("{}: differs from what was sealed, and is accepted\n", target.name);
    if (silent || result == kStrangeException || result == kOwnCrash) {
      fmt::print("{}: finding with mutant {} of seed {}\n", target.name, i, seed);
      return 1;
    }
  }
  unlink(fmt::format("fuzz_finding_{}", target.name).c_str());
  fmt::print("{}: {} mutants, {} refused, {} accepted, {} crashes inside HDF5\n", target.name, mutants,
             counts[kRefused], counts[kAccepted], counts[kHdf5Crash]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Environment environment(argc, argv);
  if (argc < 3) {
    fmt::print("usage: replay TARGET MUTANTS [SEED] | TARGET --seeds FOLDER | TARGET --input FILE\n");
    return 2;
  }
  const Target& target = target_named(argv[1]);
  const std::string what = argv[2];
  if (what == "--seeds" && argc == 4) {
    int number = 0;
    for (const std::string& bytes : target.seeds())
      std::ofstream(fmt::format("{}/{}_{}", argv[3], target.name, number++), std::ios::binary) << bytes;
    return 0;
  }
  if (what == "--input" && argc == 4) {
    std::ifstream in(argv[3], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    constexpr std::array<const char*, 5> kNames{"accepted", "refused", "a strange exception",
                                                "a crash inside HDF5", "a crash"};
    fmt::print("{}\n", kNames[static_cast<std::size_t>(result_of(target, bytes))]);
    return 0;
  }
  return replay(target, std::stoll(what), argc > 3 ? std::stoull(argv[3]) : 1);
}
