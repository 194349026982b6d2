#!/usr/bin/env bash
# same_bits_test.sh JETRAIN: weights, history and metrics do not depend on who computes them. The notebook's network
# learns from 2,000 generated jets with several numbers of ranks and threads; all runs must agree to the last bit.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
config=$TEST_DATA_DIR/../../configs/notebook.yaml

# train RUN RANKS THREADS [ARGUMENT...]
train() {
  local run=$1 ranks=$2 threads=$3
  shift 3
  "$MPIRUN" "$ranks" "$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=2 --threads "$threads" \
    --out "$run" "$@" >"$run.txt" 2>&1 || fail "$run: $(cat "$run.txt")"
}

weights_hash() { grep '"weights_hash"' "$1/result.json"; }
# From epoch to val_rejection_50: all that is not about time
history() { cut -d, -f1-8 "$1/history.csv"; }
best() { sed -n '/"best": {/,/}/p' "$1/result.json"; }

same() {  # same RUN RUN: weights, history and metrics have equal bits
  local part
  for part in weights_hash history best; do
    cmp -s <($part "$1") <($part "$2") || fail "$1 and $2: $part differs: $($part "$1") and $($part "$2")"
  done
  echo "same bits: $1 and $2"
}

differ() { ! cmp -s <(weights_hash "$1") <(weights_hash "$2") || fail "$1 and $2: the same weights"; }

"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 2000 --seed 3 >/dev/null
"$jetrain" generate other.h5 --jets 500 --seed 4 >/dev/null

# Ranks x threads.
train 1x1 1 1
[ "$(history 1x1 | wc -l)" = 3 ] || fail "history.csv has not two epochs: $(cat 1x1/history.csv)"
for pair in 1x2 2x1 2x2 3x1 4x1 7x1; do
  train $pair ${pair%x*} ${pair#*x}
  same 1x1 $pair
  cmp 1x1/best.h5 $pair/best.h5 || fail "$pair: another best.h5"
done
train other_seed 2 1 --set seed=2
differ 1x1 other_seed

# Who validates.
train all_validate 3 1 --set validation.ranks=all
same 1x1 all_validate

# How gradients are added over ranks.
train flat 3 1 --set train.allreduce=flat
same 1x1 flat

# Batches that are no multiple of a leaf, the last one short; a random split.
odd=(--set train.batch_size=77 --set data.split.method=random --set data.split.test=0.1 --set train.epochs=1)
train odd_1x1 1 1 "${odd[@]}"
train odd_3x1 3 1 "${odd[@]}"
train odd_2x2 2 2 "${odd[@]}"
same odd_1x1 odd_3x1
same odd_1x1 odd_2x2

# The resolved config is the whole experiment.
"$MPIRUN" 2 "$jetrain" train odd_1x1/config.yaml --out again >/dev/null
same odd_1x1 again
cmp odd_1x1/config.yaml again/config.yaml || fail "a resolved config resolves to something else"

# Other orders; local gives up the promise across ranks, but not from run to run.
train none_1x1 1 1 --set train.shuffle=none --set train.epochs=1
train none_3x1 3 1 --set train.shuffle=none --set train.epochs=1
same none_1x1 none_3x1
train local_3x1 3 1 --set train.shuffle=local --set train.epochs=1
train local_3x2 3 2 --set train.shuffle=local --set train.epochs=1
same local_3x1 local_3x2

# Scoring.
for ranks in 1 3; do
  "$MPIRUN" $ranks "$jetrain" evaluate 1x1/best.h5 other.h5 --json other_$ranks.json --roc other_$ranks.csv >/dev/null
  "$MPIRUN" $ranks "$jetrain" evaluate 1x1/best.h5 jets.h5 --split validation --json validation_$ranks.json >/dev/null
  "$MPIRUN" $ranks "$jetrain" predict 1x1/best.h5 other.h5 scores_$ranks.h5 >/dev/null
done
"$MPIRUN" 2 "$jetrain" predict 1x1/best.h5 other.h5 scores.csv >/dev/null
cmp other_1.json other_3.json || fail "evaluate depends on the number of ranks"
cmp other_1.csv other_3.csv || fail "the ROC curve depends on the number of ranks"
cmp validation_1.json validation_3.json || fail "evaluate --split depends on the number of ranks"
# The files carry no time stamps, so equal predictions are equal files.
cmp scores_1.h5 scores_3.h5 || fail "predict depends on the number of ranks"

# What metrics says of predictions, HDF5 or CSV, is what evaluate says; its errors do not depend on threads.
"$jetrain" metrics scores_1.h5 --threads 1 --json metrics_1.json --roc metrics.csv >/dev/null
"$MPIRUN" 2 "$jetrain" metrics scores.csv --threads 2 --json metrics_2.json >/dev/null
cmp <(grep -v '"name"' metrics_1.json) <(grep -v '"name"' metrics_2.json) || fail "metrics depends on threads or the file's kind"
cmp metrics.csv other_1.csv || fail "metrics and evaluate: other ROC curves"
for name in accuracy auc rejection_30 rejection_50; do
  grep -q "\"$name\": $(sed -n "s/^ *\"$name\": \([^,]*\),\{0,1\}$/\1/p" other_1.json),\{0,1\}$" metrics_1.json ||
    fail "$name: metrics and evaluate differ: $(cat metrics_1.json other_1.json)"
done
"$jetrain" metrics --ensemble scores_1.h5 scores.csv --out mean.h5 >/dev/null
"$jetrain" metrics mean.h5 --score deviation 2>&1 | contains "tagger" || fail "an ensemble's file cannot be read"

# The run's own validation and a later evaluation of the same jets agree exactly.
value() { sed -n "s/^ *\"$2\": \([^,]*\),\{0,1\}$/\1/p" "$1"; }
for name in loss accuracy auc rejection_30 rejection_50; do
  [ -n "$(value validation_1.json $name)" ] || fail "evaluate --json has no $name"
  [ "$(value validation_1.json $name)" = "$(value 1x1/result.json val_$name)" ] ||
    fail "val_$name: $(value 1x1/result.json val_$name) in the run, $(value validation_1.json $name) evaluated"
done
[ "$(value validation_1.json jets)" = 600 ] || fail "not 600 jets validate: $(cat validation_1.json)"
echo "all bits are the same"
