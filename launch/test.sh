#!/usr/bin/env bash
# Builds jetrain and runs its tests: optimised, and under sanitizers for another instruction set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/dependencies.sh

quick=false
case "${1:-}" in
  "") ;;
  --quick) quick=true ;;
  -h | --help)
    cat <<'TEXT'
usage: launch/test.sh [--quick]

Installs what is missing (Debian, Ubuntu), builds jetrain and runs
  all tests of the release build, for this machine's instruction set,
  the unit tests, the MPI tests with two ranks and a round of fuzzing under the address and undefined-behaviour
  sanitizers, built for x86-64-v3 (or where the processor has no AVX2, for the compiler's baseline).
--quick runs the release build's tests only. Status 0 means that every test passed.
TEXT
    exit 0
    ;;
  *)
    echo "test.sh: unknown option $1; see launch/test.sh --help" >&2
    exit 2
    ;;
esac

headline() { printf '\n== %s (%d s so far)\n' "$*" "$SECONDS"; }

# MPI libraries keep memory until the process ends, which the leak checker would report as ours.
# HDF5 asks for absurd amounts where files are damaged, and lives with the refusal.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
# Containers often forbid one process to read another's memory; Open MPI then warns and takes this other way.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}

install_missing "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
logs=build/test-logs
rm -rf $logs
mkdir -p $logs

headline "release: all tests"
cmake --preset release
cmake --build --preset release
ctest --preset release -j 3 2>&1 | tee $logs/release.txt

if ! $quick; then
  # One build serves both purposes: the release build has this machine's own instruction set.
  arch=x86-64-v3
  grep -qw avx2 /proc/cpuinfo 2>/dev/null || arch=
  headline "sanitizers, ${arch:-baseline instruction set}: unit tests, MPI tests with two ranks, fuzzing"
  cmake --preset sanitize -DJETRAIN_ARCH=$arch -DJETRAIN_PRECOMPILE=ON -DJETRAIN_BUILD_BENCHMARKS=OFF
  cmake --build --preset sanitize --target jetrain_unit_tests jetrain_mpi_tests jetrain_fuzz_replay
  ctest --preset sanitize -j 2 -R '^(unit|mpi_2_ranks|fuzz_(config|model|checkpoint))$' 2>&1 | tee $logs/sanitize.txt

  headline "all passed; once more, what ctest said"
  echo "sanitize: $(grep 'tests passed' $logs/sanitize.txt)"
  echo "release:"
  grep -A 100 'tests passed' $logs/release.txt
fi
