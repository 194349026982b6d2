#!/usr/bin/env bash
# Builds jetrain and runs its tests: optimised, with assertions, and by another compiler under sanitizers.
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
  all tests of the release build, for this machine's instruction set, by g++,
  the unit tests and the MPI tests with two ranks of a build with assertions, and prints which share of the lines ran,
  the same and a round of fuzzing under the address and undefined-behaviour sanitizers, by Clang, for x86-64-v3 (or
  where the processor has no AVX2, for the compiler's baseline),
  what uses std::thread under the thread sanitizer,
  clang-format and clang-tidy over the sources.
Warnings are errors in all of them. --quick runs the release build's tests only. Status 0 means that all passed.
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

headline "clang-format"
find src include tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run --Werror

headline "release: all tests"
cmake --preset release -DJETRAIN_WERROR=ON
cmake --build --preset release
ctest --preset release -j 3 2>&1 | tee $logs/release.txt

if ! $quick; then
  headline "assertions: unit tests, MPI tests with two ranks, coverage"
  cmake --preset coverage -DJETRAIN_WERROR=ON -DJETRAIN_PRECOMPILE=ON
  cmake --build --preset coverage --target jetrain_unit_tests jetrain_mpi_tests
  find build/coverage -name '*.gcda' -delete
  ctest --preset coverage -j 2 -R '^(unit\.|mpi_2_ranks)' 2>&1 | tee $logs/coverage.txt
  gcovr --root . build/coverage --filter src/ --filter include/ -j 2 --txt $logs/lines.txt --print-summary |
    tee $logs/coverage_summary.txt

  # One build serves three purposes: another compiler, another instruction set, and the sanitizers.
  arch=x86-64-v3
  grep -qw avx2 /proc/cpuinfo 2>/dev/null || arch=
  headline "sanitizers, Clang, ${arch:-baseline instruction set}: unit tests, MPI tests with two ranks, fuzzing"
  cmake --preset sanitize -DJETRAIN_WERROR=ON -DJETRAIN_ARCH=$arch -DJETRAIN_PRECOMPILE=ON
  cmake --build --preset sanitize --target jetrain jetrain_unit_tests jetrain_mpi_tests jetrain_fuzz_replay
  ctest --preset sanitize -j 2 -R '^(unit\.|mpi_2_ranks|fuzz_(config|model|checkpoint|columns))' 2>&1 | tee $logs/sanitize.txt

  headline "thread sanitizer: what uses std::thread"
  cmake --preset threads -DJETRAIN_WERROR=ON
  cmake --build --preset threads --target jetrain_thread_tests
  ctest --preset threads -R '^threads_' 2>&1 | tee $logs/threads.txt

  headline "clang-tidy"
  find src -name '*.cpp' -print0 | xargs -0 -P 2 -n 8 clang-tidy -p build/sanitize --quiet 2> $logs/tidy_counts.txt

  headline "all passed; once more, what ctest said"
  for kind in coverage sanitize threads; do echo "$kind: $(grep 'tests passed' $logs/$kind.txt)"; done
  grep 'lines' $logs/coverage_summary.txt
  echo "release:"
  grep -A 200 'tests passed' $logs/release.txt
fi
