#!/usr/bin/env bash
# bad_input_test.sh JETRAIN: whatever is wrong with data, config or output ends the job within seconds, with one
# message that says what and where, under one rank and under three, and leaves nothing half-written.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; MAKE_BAD_FILES, the program that makes the files.
set -euo pipefail
jetrain=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMP_NUM_THREADS=1

fail() { echo "FAILED: $*" >&2; exit 1; }

# run RANKS ARGUMENT...; one rank runs as users run it alone, without mpirun.
run() {
  local ranks=$1
  shift
  if [ "$ranks" = 1 ]; then timeout 30 "$jetrain" "$@"; else timeout 30 "$MPIRUN" "$ranks" "$jetrain" "$@"; fi
}

# What the job itself said on stderr: all but mpirun's banners between lines of dashes and its help counts.
without_banners() {
  awk '/^------------/ { banner = !banner; next }
       banner || /^\[[^]]*\] [0-9]+ more process/ || /^\[hwloc/ || /^\[[^]]*\] Set MCA parameter/ || /^$/ { next }
       { print }' "$1"
}

snapshot() { find out /proc/run /proc/x.h5* -type d -printf '%p\n' -o -printf '%p %s %T@\n' 2>/dev/null | sort || true; }

# refuses NAME "expected words" ARGUMENT...: `jetrain ARGUMENT...` fails with one message that has the words, and
# changes nothing in out/, where all output goes.
refuses() {
  local name=$1 words=$2 ranks status before said
  shift 2
  before=$(snapshot)
  for ranks in 1 3; do
    status=0
    run "$ranks" "$@" >stdout.txt 2>stderr.txt || status=$?
    [ "$status" != 0 ] || fail "$name, $ranks ranks: ended with status 0"
    [ "$status" != 124 ] || fail "$name, $ranks ranks: was still running after 30 s"
    said=$(without_banners stderr.txt)
    [ "$(wc -l <<<"$said")" = 1 ] || fail "$name, $ranks ranks: not one line on stderr: $(cat stderr.txt)"
    [[ $said == jetrain:* ]] || fail "$name, $ranks ranks: the message does not begin with jetrain: $said"
    [[ $said == *"$words"* ]] || fail "$name, $ranks ranks: expected '$words' in: $said"
    [ "$(snapshot)" = "$before" ] || fail "$name, $ranks ranks: changed the output: $(snapshot)"
  done
  echo "refused as it should be: $name"
}

# accepts NAME RANKS "expected words" ARGUMENT...: `jetrain ARGUMENT...` works and prints the words.
accepts() {
  local name=$1 ranks=$2 words=$3
  shift 3
  run "$ranks" "$@" >stdout.txt 2>stderr.txt ||
    fail "$name, $ranks ranks: $(cat stdout.txt stderr.txt)"
  grep -qF -- "$words" stdout.txt || fail "$name, $ranks ranks: expected '$words' in: $(cat stdout.txt)"
  echo "works as it should: $name"
}

mkdir out bad
"$MAKE_BAD_FILES" bad
head -c $(($(stat -c %s bad/good.h5) / 2)) bad/good.h5 >bad/truncated.h5
head -c 300 bad/good.h5 >bad/header_only.h5
{ head -c 12000 bad/good.h5; head -c 2000 /dev/zero; tail -c +14001 bad/good.h5; } >bad/damaged.h5
: >bad/empty.h5
echo "E,PX,PY,PZ" >bad/not_hdf5.h5
cat >small.yaml <<'YAML'
data:
  files: [bad/good.h5]
image: {bins: 8}
model:
  layers:
    - flatten
    - dense: {units: 2, activation: softmax}
train: {batch_size: 32, epochs: 1}
YAML
with() { sed "s|bad/good.h5|$1|" small.yaml; }

# Data.
train() { echo train small.yaml --out out/run; }
refuses "no such file" "cannot read missing.h5: No such file" $(train) --set data.files=missing.h5
refuses "a folder as data" "bad" $(train) --set data.files=bad
refuses "not HDF5" "bad/not_hdf5.h5 is not an HDF5 file" $(train) --set data.files=bad/not_hdf5.h5
refuses "an empty file" "bad/empty.h5 is not an HDF5 file" $(train) --set data.files=bad/empty.h5
refuses "no known table" "bad/no_table.h5 has no column or dataset E_*" \
  $(train) --set data.files=bad/no_table.h5
refuses "wrong dimensions" "has 804 names, but values_block_0 has 100 columns" $(train) --set data.files=bad/wrong_dimensions.h5
refuses "zero rows" "bad/zero_rows.h5, column E_0 of /table has no rows: write the file again" $(train) --set data.files=bad/zero_rows.h5
refuses "a truncated file" "it was cut off, copy it again" \
  $(train) --set data.files=bad/truncated.h5
refuses "a file cut in its header" "bad/header_only.h5" $(train) --set data.files=bad/header_only.h5
refuses "a damaged file" "bad/damaged.h5" $(train) --set data.files=bad/damaged.h5
refuses "one bad file of two" "bad/zero_rows.h5" $(train) --set 'data.files=[bad/good.h5, bad/zero_rows.h5]'
refuses "label 2" "bad/label_two.h5, row 137: the label is_signal_new is 2" \
  $(train) --set data.files=bad/label_two.h5
refuses "NaN momentum" "bad/nan.h5, row 141: a momentum is NaN or infinite" $(train) --set data.files=bad/nan.h5
refuses "infinite momentum" "bad/infinite.h5, row 7: a momentum is NaN or infinite" \
  $(train) --set data.files=bad/infinite.h5
refuses "NaN in the second file" "bad/nan.h5, row 141" $(train) --set 'data.files=[bad/good.h5, bad/nan.h5]'
refuses "one class to train on" "the train set has 140 jets, all of one class (QCD)" \
  $(train) --set data.files=bad/train_all_qcd.h5
refuses "one class to validate with" "the validation set has 60 jets, all of one class (top)" \
  $(train) --set data.files=bad/validation_all_top.h5
refuses "nothing to validate with" "the validation set is empty" $(train) --set data.split.validation=0
refuses "more balanced jets than there are" "data.limit.jets" \
  $(train) --set data.files=bad/train_all_qcd.h5 --set data.limit.jets=180

# Configs.
refuses "unknown key" "did you mean batch_size?" $(train) --set train.batchsize=10
with bad/good.h5 | sed 's/epochs: 1/epoch: 1/' >typo.yaml
refuses "unknown key in a file" "typo.yaml:8: train.epoch: unknown key; did you mean epochs?" \
  train typo.yaml --out out/run
refuses "wrong type" 'train.epochs: must be a whole number, not "many"' $(train) --set train.epochs=many
refuses "impossible value" "train.batch_size: must be from 1 to 1000000000, not 0" $(train) --set train.batch_size=0
refuses "a batch beyond all numbers" "train.batch_size: must be from 1 to 1000000000" \
  $(train) --set train.batch_size=9223372036854775807
refuses "unknown layer" "did you mean dense?" $(train) --set 'model.layers=[flatten, {dens: {units: 2}}]'
refuses "kernel larger than its input" "model.layers[0]: kernel 9 x 9 with padding valid does not fit into the input (8, 8, 1)" \
  $(train) --set 'model.layers=[{conv2d: {filters: 2, kernel: 9}}, flatten, {dense: {units: 2, activation: softmax}}]'
refuses "pool larger than its input" "model.layers[0]: size 9 x 9 does not fit into the input (8, 8, 1)" \
  $(train) --set 'model.layers=[{max_pool2d: {size: 9}}, flatten, {dense: {units: 2, activation: softmax}}]'
refuses "dense on an image" "model.layers[0]: dense needs a vector, but its input is the image (8, 8, 1)" \
  $(train) --set 'model.layers=[{dense: {units: 2, activation: softmax}}]'
refuses "not two classes" "the last layer gives (3) but the labels have 2 classes" \
  $(train) --set model.layers.1.dense.units=3
refuses "no layers" "model.layers: is missing" $(train) --set 'model.layers=[]'
refuses "no data" "data.files: is missing" $(train) --set 'data.files=[]'
printf 'data:\n  files: [a.h5\nmodel: {\n' >not_yaml.yaml
refuses "not YAML" "not_yaml.yaml:3: not valid YAML" train not_yaml.yaml --out out/run
refuses "a data file as config" "bad/good.h5" train bad/good.h5 --out out/run
refuses "missing config" "cannot read the config missing.yaml: No such file" train missing.yaml --out out/run
refuses "a folder as config" "bad is a folder" train bad --out out/run

# Configs that ask for more than there is, said before it is tried.
refuses "a list in itself" "--set seed=&a [*a]: the value: the alias *a stands inside of what it stands for" \
  $(train) --set 'seed=&a [*a]'
{ cat small.yaml; echo 'image: &x {<<: *x}'; } >merge.yaml
refuses "a section in itself" "merge.yaml:9: the alias *x stands inside of what it stands for" train merge.yaml --out out/run
{ echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
  for i in 1 2 3 4 5 6 7 8; do
    echo "a$i: &a$i [*a$((i - 1))$(printf ", *a$((i - 1))%.0s" 1 2 3 4 5 6 7 8 9)]"
  done; } >bomb.yaml
refuses "a billion values" "bomb.yaml:6: up to here are more than 1000000 values" train bomb.yaml --out out/run
printf 'seed: %0100000d' 0 | tr 0 '[' >deep.yaml
refuses "100,000 lists in each other" "nested more than 100 deep" train deep.yaml --out out/run
refuses "a config without end" "/dev/zero: is longer than a config can be (16 MB)" train /dev/zero --out out/run
refuses "a network of too many weights" "model.layers[2]: with dense_1 the network has 1000066000000 parameters, and at most" \
  $(train) --set 'model.layers=[flatten, {dense: {units: 1000000}}, {dense: {units: 1000000}}, {dense: {units: 2, activation: softmax}}]'
refuses "a study of more trainings than anybody can wait for" \
  "study: 1e+20 trainings (1e+20 variants x 1 repeats x 1 folds), and at most 100000 are possible" \
  study small.yaml --out out/study --set "study.family={grid: {parameters: [$(
    printf '{key: seed, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}%.0s, ' {1..20})]}}"
{ echo "data: {files: [$(printf 'bad/good.h5, %.0s' {1..100000})]}"; sed 1,2d small.yaml; } >files.yaml
refuses "more jets than anybody has room for" "--jets 9223372036854775807: at most 10000000000 are made" \
  generate out/x.h5 --jets 9223372036854775807
refuses "100,000 data files" "100000 data files are given, and at most 10000 can be read as one" train files.yaml --out out/run
(
  ulimit -n 400
  { echo "data: {files: [$(printf 'bad/good.h5, %.0s' {1..500})]}"; sed 1,2d small.yaml; } >files.yaml
  refuses "more data files than may be open" "500 data files are given, which are open at once, but a process may have 400 open" \
    train files.yaml --out out/run
)
(
  ulimit -v 6000000
  refuses "a network that memory does not hold" "out of memory for the network's weights: the system gave no 8.196 GB more" \
    $(train) --set 'model.layers=[flatten, {dense: {units: 1000000}}, {dense: {units: 1984}}, {dense: {units: 2, activation: softmax}}]'
)

# Command lines.
refuses "no verb" "A subcommand is required"
refuses "a missing argument" "config is required" train
refuses "an unknown option" "--sett" $(train) --sett seed=2

# A training that runs away; the run directory tells how far it came.
refuses "a diverging training" "the training diverged in epoch 1, step 2 of 5: a gradient of layer dense" \
  train small.yaml --out diverged --overwrite --set train.optimizer.adam.learning_rate=1e30
[ ! -e diverged/best.h5 ] || fail "a diverged run left a model"
! grep -q best.h5 stderr.txt || fail "a diverged run names a model that is not there"

# What looks bad and is not.
accepts "bad rows skipped" 3 "1 bad rows skipped" train small.yaml --out ok_skip --set data.files=bad/nan.h5 \
  --set data.on_bad_row=skip
grep -q '"skipped_rows": 1' ok_skip/result.json || fail "result.json does not count the skipped row"
for ranks in 1 3; do
  accepts "a batch larger than the data" $ranks "weights" train small.yaml --out ok_batch_$ranks \
    --set train.batch_size=1000000000
done
cmp -s <(grep weights_hash ok_batch_1/result.json) <(grep weights_hash ok_batch_3/result.json) ||
  fail "one batch gives other weights on 3 ranks"
for ranks in 1 3 7; do
  accepts "four jets" $ranks "weights" train small.yaml --out ok_four_$ranks --set data.files=bad/four_jets.h5 \
    --set data.split.validation=0.5
done
cmp -s <(grep weights_hash ok_four_1/result.json) <(grep weights_hash ok_four_7/result.json) ||
  fail "four jets give other weights on 7 ranks"

# Places to write to.
echo text >file
refuses "a run directory below a file" "file" train small.yaml --out file/run
refuses "a run directory in a place that takes none" "/proc/run" train small.yaml --out /proc/run
accepts "a first run" 1 "weights" train small.yaml --out out/held
refuses "a run directory that holds a run" "out/held already holds a run (config.yaml)" train small.yaml --out out/held
accepts "a run that may be overwritten" 3 "weights" train small.yaml --out out/held --overwrite
model=out/held/best.h5
echo keep >out/there.h5
echo keep >out/there.json
refuses "generate over a file" "out/there.h5 exists already" generate out/there.h5 --jets 20
refuses "preprocess over a file" "out/there.h5 exists already" preprocess small.yaml out/there.h5
refuses "predict over a file" "out/there.h5 exists already" predict $model bad/good.h5 out/there.h5
refuses "metrics over a file" "out/there.json exists already" evaluate $model bad/good.h5 --json out/there.json
refuses "a ROC curve over a file" "out/there.json exists already" evaluate $model bad/good.h5 --roc out/there.json
for place in file/x.h5 /proc/x.h5; do
  refuses "generate into $place" "$place" generate $place --jets 20
  refuses "preprocess into $place" "$place" preprocess small.yaml $place
  refuses "predict into $place" "$place" predict $model bad/good.h5 $place
  refuses "metrics into $place" "$place" evaluate $model bad/good.h5 --json $place
done
accepts "predict over a file with --overwrite" 3 "200 jets scored" predict $model bad/good.h5 out/there.h5 --overwrite
accepts "preprocess over a file with --overwrite" 3 "200 images" preprocess small.yaml out/there.h5 --overwrite
accepts "preprocess of sets" 3 "the constituents of 200 jets" preprocess small.yaml out/sets.h5 --set input=constituents
accepts "metrics over a file with --overwrite" 3 "jets 200" evaluate $model bad/good.h5 --json out/there.json --overwrite

# The other verbs meet the same files.
refuses "preprocess a row with NaN" "bad/nan.h5, row 141" preprocess small.yaml out/x.h5 --set data.files=bad/nan.h5
refuses "a set with NaN" "bad/nan.h5, row 141" preprocess small.yaml out/x.h5 --set data.files=bad/nan.h5 \
  --set input=constituents
refuses "predict a row with NaN" "bad/nan.h5, row 141" predict $model bad/nan.h5 out/x.h5
refuses "evaluate a truncated file" "bad/truncated.h5" evaluate $model bad/truncated.h5
refuses "a missing model" "cannot read missing.h5" evaluate missing.h5 bad/good.h5
refuses "data as a model" "bad/good.h5 is not a jetrain model" evaluate bad/good.h5 bad/good.h5
head -c $(($(stat -c %s $model) / 2)) $model >bad/model.h5
refuses "a truncated model" "bad/model.h5" predict bad/model.h5 bad/good.h5 out/x.h5
printf 'score,label\n0.5,1\n0.25,-1\n' >bad/scores.csv
refuses "scores with a label that is none" "bad/scores.csv, line 3: the label is -1" metrics bad/scores.csv
refuses "metrics over a file that is there" "out/there.json exists already" metrics bad/scores.csv --json out/there.json
refuses "scores that have another name" "bad/good.h5 has no dataset score" metrics bad/good.h5
refuses "an unknown split" '"tset" is no set' evaluate $model bad/good.h5 --split tset
[ -z "$(find . -name '*.writing')" ] || fail "a temporary file is left"
echo "all bad input is refused"
