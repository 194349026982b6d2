#!/usr/bin/env bash
# old_files_test.sh JETRAIN: what version 0.1.0 wrote before configs had a version (tests/data/run_of_0_1_0: a cache of
# images, a run stopped after two epochs of three with its checkpoint and model) is still read, to the same bits.
# Environment: TEST_DATA_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
cp -r "$TEST_DATA_DIR/run_of_0_1_0/." .
touch -d @1700000000 jets.h5 # as it was when the cache was made of it

has() { grep -q -- "$2" "$1" || fail "$1 does not say '$2': $(cat "$1")"; }

"$jetrain" evaluate run/best.h5 jets.h5 >evaluated.txt
has evaluated.txt 'jets 160  loss 0.6821  accuracy 0.4938  AUC 0.6114'
"$jetrain" report run --out report.html >/dev/null 2>report.err || grep -q gnuplot report.err || fail "$(cat report.err)"

# What the user's config does not say means today's image; the run's is that of its time.
"$jetrain" train small.yaml --out run --resume --threads 1 >refused.txt 2>&1 && fail "resumed with another image"
has refused.txt 'image.version. Resume with the run.s own config (--set image.version=1)'
"$jetrain" train small.yaml --set image.version=1 --out run --resume --threads 1 >resumed.txt 2>&1 ||
  fail "$(cat resumed.txt)"
has resumed.txt 'read 160 rows from the cache cache.h5'
has resumed.txt 'resumed: run goes on at epoch 3'
[ "$(wc -l <run/history.csv)" = 4 ] || fail "the history is $(cat run/history.csv)"
# The hash of 0.1.0's uninterrupted run, with AVX-512.
if grep -q 'AVX-512' resumed.txt; then has run/result.json '"weights_hash": "ad75951be056653459440e629819468d"'; fi

"$jetrain" train small.yaml --set image.version=1 --out again --threads 1 >again.txt 2>&1 || fail "$(cat again.txt)"
hash_of() { grep '"weights_hash"' "$1/result.json"; }
[ "$(hash_of run)" = "$(hash_of again)" ] || fail "resumed: $(hash_of run), from the beginning: $(hash_of again)"
has run/config.yaml '^version: 2$'
echo "old files are read, to the same bits"
