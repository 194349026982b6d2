#!/usr/bin/env bash
# golden_test.sh JETRAIN: configs/quickstart.yaml on the quickstart's 20,000 jets gives the weights that the README prints.
# A change of bits is a decision: it is said in the commit, and renews this hash.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
golden=5c4e13d6cdc24263c527292e01e1d22a
"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 20000 >/dev/null
"$MPIRUN" 2 "$jetrain" train "$TEST_DATA_DIR/../../configs/quickstart.yaml" --set data.files=jets.h5 --threads 1 \
  --out run >trained.txt 2>&1 || fail "$(cat trained.txt)"
grep -qE 'AVX-512|AVX2' trained.txt || { echo "SKIPPED: neither AVX-512 nor AVX2"; exit 77; }
grep -q "\"weights_hash\": \"$golden\"" run/result.json || fail "not $golden, but $(grep weights_hash run/result.json)"
grep -q "weights $golden" "$TEST_DATA_DIR/../../README.md" || fail "README.md prints other weights"
echo "$golden"
