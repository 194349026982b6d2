#!/usr/bin/env bash
# run.sh [SECONDS]: fuzzes every target for so long (default 600) with libFuzzer, and as many mutants as fit into the same
# time without it. Needs Clang with libFuzzer and OpenMP (Debian: clang, libomp-dev). Corpora and findings: build/fuzz/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-600}
# Crashes inside HDF5 are not ours to mend (src/app/README.md, "When files are damaged"): they end libFuzzer, which begins again.
export OMP_NUM_THREADS=1 ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target jetrain_libfuzzer jetrain_fuzz_replay >/dev/null
tests=build/fuzz/tests
status=0
for target in config model checkpoint jets cache set_cache arrays scores npz keras run points study; do
  corpus=build/fuzz/corpus/$target
  findings=build/fuzz/findings/$target
  mkdir -p "$corpus" "$findings"
  $tests/jetrain_fuzz_replay $target --seeds "$corpus"
  JETRAIN_FUZZ_TARGET=$target $tests/jetrain_libfuzzer -fork=1 -ignore_crashes=1 -ignore_ooms=0 -timeout=20 \
    -rss_limit_mb=4096 -malloc_limit_mb=1000000 -max_len=400000 -max_total_time="$seconds" -artifact_prefix="$findings/" "$corpus" \
    >"$findings.log" 2>&1 || true
  executions=$(grep -aoE '^#[0-9]+' "$findings.log" | tail -1 | tr -d '#')
  ours=0
  inside=0
  for input in "$findings"/*; do
    [ -e "$input" ] || continue
    if grep -q 'crash inside HDF5' <($tests/jetrain_fuzz_replay $target --input "$input"); then
      inside=$((inside + 1))
    else
      ours=$((ours + 1))
      echo "  look at $input"
    fi
  done
  echo "$target: ${executions:-0} executions, $ours findings, $inside crashes inside HDF5"
  [ $ours = 0 ] || status=1
done
exit $status
