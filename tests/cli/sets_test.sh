#!/usr/bin/env bash
# sets_test.sh JETRAIN: jets as sets of constituents from the file to the page: the same bits on any number of ranks and
# threads, killed and resumed, from the cache, by each backend of products; what evaluate and predict say of unusual
# files; studies, scaling studies, the report.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
configs=$TEST_DATA_DIR/../../configs
weights_hash() { sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }
metrics() { cut -d, -f1-9 "$1/history.csv"; }

"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 400 --seed 3 --compression none >/dev/null
# A particle flow network with all that may come beside it; a batch is leaves of 16, 16 and 8.
cat >sets.yaml <<'YAML'
data: {files: [jets.h5], high_level: [mass, multiplicity], split: {method: tail, validation: 0.25}}
input: constituents
constituents: {most: 60, axis: weighted_mean, features: [pt_fraction, eta_rel, phi_rel, log_pt, log_e_rel]}
augmentation: {flip: true, rotate_degrees: 20, smear: 0.01, smear_pt: 0.05, drop: 0.1}
model:
  layers:
    - batch_norm
    - dense: {units: 20, activation: relu}
    - batch_norm: {momentum: 0.9}
    - dropout: {rate: 0.1}
    - dense: {units: 24, activation: gelu}
    - layer_norm
    - sum_pool
    - features: {layers: [standardize, dense: {units: 4, activation: relu}]}
    - dropout: {rate: 0.1}
    - dense: {units: 2, activation: softmax}
train: {batch_size: 40, epochs: 2, average: {decay: 0.99}, clip: {norm: 1}}
validation: {ranks: all}
early_stopping: {enabled: false}
YAML

# train RUN RANKS THREADS [ARGUMENT...]
train() {
  local run=$1 ranks=$2 threads=$3
  shift 3
  "$MPIRUN" "$ranks" "$jetrain" train sets.yaml --threads "$threads" --out "$run" "$@" >"$run.txt" 2>&1 ||
    fail "$run: $(cat "$run.txt")"
}

same() {  # same RUN [RUN]: as 1x1, or as the other
  local other=${2:-1x1}
  [ -n "$(weights_hash "$1")" ] || fail "$1 has no weights_hash"
  [ "$(weights_hash "$1")" = "$(weights_hash "$other")" ] || fail "$1 and $other: other weights"
  cmp -s <(metrics "$1") <(metrics "$other") || fail "$1 and $other: another history"
}

for shape in 1x1 2x1 3x1 1x2 2x2; do
  train $shape ${shape%x*} ${shape#*x}
  same $shape
  cmp -s $shape/best.h5 1x1/best.h5 || fail "$shape: another best.h5"
done
train other_seed 2 1 --set seed=2
[ "$(weights_hash other_seed)" != "$(weights_hash 1x1)" ] || fail "another seed gives the same weights"
train root_validates 3 1 --set validation.ranks=root
[ "$(weights_hash root_validates)" = "$(weights_hash 1x1)" ] || fail "who validates changes the weights"

# A rank is killed somewhere behind the first checkpoint, and others go on.
train long 1 1 --set train.epochs=60
"$MPIRUN" 3 "$jetrain" train sets.yaml --threads 1 --out killed --set train.epochs=60 --set checkpoint.every_steps=3 \
  >killed.txt 2>&1 &
pid=$!
for ((i = 0; i < 1200; ++i)); do [ -n "$(ls killed/checkpoints 2>/dev/null)" ] && break || sleep 0.02; done
kill -KILL "$(pgrep -P $pid -n)"
wait $pid && fail "a killed training ends well: $(cat killed.txt)"
[ ! -e killed/result.json ] || fail "it was over before it was killed"
train killed 2 1 --set train.epochs=60 --set checkpoint.every_steps=3 --resume
grep -q "goes on at epoch" killed.txt || fail "$(cat killed.txt)"
same killed long

# Back to the first checkpoint, and on with another number of ranks.
train resumed 3 1 --set checkpoint.every_steps=3 --set checkpoint.keep=1000
rm resumed/result.json
find resumed/checkpoints -name '*.h5' | sort | tail -n +2 | xargs rm
train resumed 2 1 --resume --set checkpoint.every_steps=3
grep -q "goes on at epoch 1, after step 3" resumed.txt || fail "$(cat resumed.txt)"
same resumed

# The mean of weights has averages of batch_norm of its own, measured over the constituents of all ranks.
for shape in 1x1 3x1 2x2; do
  train mean-$shape ${shape%x*} ${shape#*x} --set 'train.average={equal: {from_epoch: 1}}' --set train.lookahead.every_steps=3
  same mean-$shape mean-1x1
done

# From the cache, written by any number of ranks; features and augmentation are none of its matter.
for ranks in 2 3; do
  train cached_$ranks $ranks 1 --set data.cache=cache.h5
  same cached_$ranks
done
grep -q "from the cache" cached_3.txt || fail "the cache was not used: $(cat cached_3.txt)"
train plain_cached 1 1 --set data.cache=cache.h5 --set augmentation={} --set 'constituents.features=[eta_rel, phi_rel]'
grep -q "from the cache" plain_cached.txt || fail "other features made the cache anew: $(cat plain_cached.txt)"

# Who computes the products: either the same bits, or one error that says why not.
JETRAIN_PRODUCTS=own train own 2 1
same own
grep -q "products: own kernels .*as JETRAIN_PRODUCTS says" own.txt || fail "the start-up does not say who computes: $(head -1 own.txt)"
status=0
JETRAIN_PRODUCTS=openblas "$MPIRUN" 2 "$jetrain" train sets.yaml --threads 1 --out openblas >openblas.txt 2>&1 || status=$?
if [ $status = 0 ]; then
  same openblas
else
  [ "$(grep -c '^jetrain: .*OpenBLAS' openblas.txt)" = 1 ] || fail "not one error: $(cat openblas.txt)"
fi
echo "openblas: status $status"

# refused STATUS WORDS COMMAND...: it ends so, and says so, once.
refused() {
  local status=0
  timeout 60 "${@:3}" >refused.txt 2>&1 || status=$?
  [ $status = "$1" ] && [ "$(grep -c -- "$2" refused.txt)" = 1 ] || fail "status $status, wanted $1 and '$2': $(cat refused.txt)"
}
# At the start of each verb that computes, before the files are looked for.
export JETRAIN_PRODUCTS=nobody
refused 2 "JETRAIN_PRODUCTS" "$MPIRUN" 2 "$jetrain" train sets.yaml --out nobody --set data.files=nowhere.h5
refused 2 "JETRAIN_PRODUCTS" "$MPIRUN" 2 "$jetrain" predict 1x1/best.h5 nowhere.h5 scores.h5
refused 2 "JETRAIN_PRODUCTS" "$MPIRUN" 2 "$jetrain" evaluate 1x1/best.h5 nowhere.h5
refused 2 "JETRAIN_PRODUCTS" "$MPIRUN" 2 "$jetrain" scaling run sets.yaml --ranks 1,2 --out nobody --set data.files=nowhere.h5
refused 2 "JETRAIN_PRODUCTS" "$MPIRUN" 2 "$jetrain" study sets.yaml --out nobody --set data.files=nowhere.h5
unset JETRAIN_PRODUCTS

# The run's own validation and a later evaluation of the same jets agree exactly, on any number of ranks.
value() { sed -n "s/^ *\"$2\": \([^,]*\),\{0,1\}$/\1/p" "$1"; }
for ranks in 1 3; do
  "$MPIRUN" $ranks "$jetrain" evaluate 1x1/best.h5 jets.h5 --split validation --json validation_$ranks.json >said.txt
  "$MPIRUN" $ranks "$jetrain" predict 1x1/best.h5 jets.h5 scores_$ranks.h5 >said.txt
done
! grep -qE 'warning|sorted|padding' said.txt || fail "warned of an ordinary file: $(cat said.txt)"
cmp validation_1.json validation_3.json || fail "evaluate depends on the number of ranks"
cmp scores_1.h5 scores_3.h5 || fail "predict depends on the number of ranks"
for name in loss accuracy auc; do
  [ "$(value validation_1.json $name)" = "$(value 1x1/result.json val_$name)" ] ||
    fail "val_$name: $(value 1x1/result.json val_$name) in the run, $(value validation_1.json $name) evaluated"
done

# What is unusual in a file is mended, and said once; the scores are those of the same jets in order.
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c "import h5py" 2>/dev/null; then python=$candidate; break; fi
done
if [ -n "$python" ]; then
  cp jets.h5 unusual.h5
  "$python" - <<'PYTHON'
import h5py
with h5py.File("unusual.h5", "r+") as file:
    rows = file["table/table"][:]
    jets = rows["values_block_0"][:, :800].reshape(400, 200, 4)
    jets[:] = jets[:, ::-1]  # the softest first, behind the padding
    jets[7] = 0
    jets[9][jets[9, :, 0] == 0] = -999
    jets[11][jets[11, :, 0] == 0] = float("nan")
    file["table/table"][:] = rows
PYTHON
  for verb in "evaluate 1x1/best.h5 unusual.h5" "predict 1x1/best.h5 unusual.h5 unusual_scores.h5"; do
    "$MPIRUN" 2 "$jetrain" $verb >unusual.txt 2>&1 || fail "$(cat unusual.txt)"
    for words in '^warning: skipped .* places of padding' '^sorted the constituents of 399 jets' \
      '^warning: 1 jet is without any constituent'; do
      [ "$(grep -c "$words" unusual.txt)" = 1 ] || fail "not said once: $words: $(cat unusual.txt)"
    done
  done
  "$python" - <<'PYTHON' || fail "jets in another order have other scores"
import h5py, numpy as np
with h5py.File("scores_1.h5") as a, h5py.File("unusual_scores.h5") as b:
    same = a["score"][:] == b["score"][:]
assert np.flatnonzero(~same).tolist() == [7], np.flatnonzero(~same)
PYTHON
fi

# Names of several inputs do not run into the next column.
"$jetrain" summary "$configs/efn.yaml" >summary.txt
grep -qE '^sum_pool +\(256\) +0$' summary.txt && grep -qE '^  \(dense_2, pt_fraction\)$' summary.txt || fail "$(cat summary.txt)"

# A study over the width, by groups of ranks; its members are trainings like any other.
cat >>sets.yaml <<'YAML'
study:
  monitor: val_auc
  family: {grid: {parameters: [{key: model.layers.1.dense.units, values: [8, 20]}]}}
YAML
for ranks in 1 2; do
  "$MPIRUN" $ranks "$jetrain" study sets.yaml --set study.groups=$ranks --out study_$ranks >study.txt 2>&1 || fail "$(cat study.txt)"
done
for trial in trial_0000 trial_0001; do same study_1/$trial study_2/$trial; done
[ "$(weights_hash study_1/trial_0001)" = "$(weights_hash 1x1)" ] || fail "a member has other weights than the same training alone"

# A scaling study, and what it lets expect: with the bytes of sets, not of images.
"$MPIRUN" 2 "$jetrain" scaling run "$configs/pfn.yaml" --set data.files=jets.h5 --set train.epochs=1 --set train.batch_size=64 \
  --ranks 1,2 --repeat 1 --out scaling >scaling.txt 2>&1 || fail "$(cat scaling.txt)"
"$jetrain" scaling report scaling --out scaling.html >scaling.txt || fail "$(cat scaling.txt)"
grep -q 'gave the same weights, bit for bit' scaling.txt || fail "$(cat scaling.txt)"
"$jetrain" scaling project scaling --ranks 1,64 --out projection.html >projection.txt || fail "$(cat projection.txt)"
python3 - <<'PYTHON' || fail "the projection is not of sets: $(cat projection.json)"
import json
projection = json.load(open("projection.json"))
assert projection["parameters"] == 82458, projection["parameters"]
assert 400 < projection["jet_bytes"] < 1700, projection["jet_bytes"]
PYTHON

# A report, whose pictures are those of the data.
if command -v gnuplot >/dev/null; then
  "$MPIRUN" 2 "$jetrain" report 1x1 --format svg --out pictures >report.txt 2>&1 || fail "$(cat report.txt)"
  for picture in loss accuracy roc scores calibration average_raw average_centred average_rotated average_normalised \
    gallery_top_right gallery_qcd_right; do
    [ -s pictures/$picture.svg ] || fail "no picture $picture: $(ls pictures)"
  done
  "$jetrain" report 1x1 --out page.html >report.txt 2>&1 || fail "$(cat report.txt)"
  for words in 'multiply-adds a jet of 49 constituents' 'the network sees the constituents'; do
    grep -q "$words" page.html || fail "the page does not say: $words"
  done
fi
echo "sets go all the way: $(weights_hash 1x1)"
