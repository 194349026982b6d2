#!/usr/bin/env bash
# one_job_test.sh JETRAIN: a run directory is one job's; a job that a launcher started in a way that MPI does not know ends
# before it does anything; verbs that do not train need no MPI; figures are of the job itself; data files are named by
# patterns, once each.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
export OMP_NUM_THREADS=1
unset ${!SLURM_*} ${!PMI_*} ${!PMIX_*}

"$jetrain" generate jets_1.h5 --jets 300 --seed 3 >/dev/null
"$jetrain" generate jets_2.h5 --jets 300 --seed 4 >/dev/null
cat >base.yaml <<'YAML'
data: {files: [jets_1.h5, jets_2.h5], split: {method: random, validation: 0.25, test: 0.25}}
image: {bins: 10}
model: {layers: [flatten, dense: {units: 4, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 32, epochs: 2}
early_stopping: {enabled: false}
YAML
train() { "$jetrain" train base.yaml "$@"; }
hash_of() { sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }
# refused WORDS COMMAND...: status 2, and one line with the words.
refused() {
  local words=$1 status=0
  shift
  timeout 30 "$@" >said.txt 2>&1 || status=$?
  [ $status = 2 ] || fail "$*: status $status: $(cat said.txt)"
  [ "$(wc -l <said.txt)" = 1 ] && grep -qF -- "$words" said.txt || fail "$*: not '$words': $(cat said.txt)"
}

# Two jobs, one run: the second is told of the first, whatever it was asked to do; the first does not notice.
"$jetrain" train base.yaml --out long --set train.epochs=100000 --set checkpoint.every_steps=5 >long.txt 2>&1 &
pid=$!
for ((i = 0; i < 300; ++i)); do [ -s long/history.csv ] && break || sleep 0.1; done
for how in "" --resume --overwrite; do
  refused "long: another job trains in this run directory (process $pid on $(uname -n)" "$jetrain" train base.yaml --out long $how
done
status=0
"$MPIRUN" 2 "$jetrain" train base.yaml --out long --resume >said.txt 2>&1 || status=$?
[ $status = 2 ] && [ "$(grep -c 'another job trains' said.txt)" = 1 ] || fail "two ranks, status $status: $(cat said.txt)"
kill -0 $pid || fail "a refused job ended the one at work: $(cat long.txt)"
# Killed, it has left the file, and nobody waits for it.
kill -KILL $pid
wait $pid && fail "it was to be killed" || true
[ -e long/run.lock ] || fail "there was no lock"
epochs=$(($(awk -F, 'END {print $1}' long/history.csv) + 2))
train --out long --resume --set train.epochs=$epochs >said.txt || fail "a killed job's lock is in the way: $(cat said.txt)"
grep -q "resumed: long goes on" said.txt || fail "$(cat said.txt)"
[ ! -e long/run.lock ] || fail "a lock is left over"
train --out whole --set train.epochs=$epochs >/dev/null
[ "$(hash_of long)" = "$(hash_of whole)" ] || fail "what was killed ends otherwise"
# Both at once, into a folder that is not there: one trains, and its run is whole.
pids=
for i in 1 2 3; do
  "$jetrain" train base.yaml --out race --resume --set train.epochs=40 >race_$i.txt 2>&1 &
  pids+=" $!"
done
done=0
for pid in $pids; do if wait $pid; then done=$((done + 1)); fi; done
[ "$(cut -d, -f1 race/history.csv | tail -n +2 | tr '\n' ' ')" = "$(seq -s ' ' 40) " ] || fail "several jobs wrote one history: $(cat race/history.csv)"
[ $done -ge 1 ] || fail "none of them trained: $(cat race_*.txt)"
# Other rows are not gone on with.
train --out rows >/dev/null
refused "the jets are not those that the checkpoint was trained on" "$jetrain" train base.yaml --out rows --resume --quiet --set train.epochs=3 --set data.split.seed=9
refused "the jets are not those that the checkpoint was trained on" "$jetrain" train base.yaml --out rows --resume --quiet --set train.epochs=3 --set data.limit.training_jets=100
refused "the jets are not those that the checkpoint was trained on" "$jetrain" train base.yaml --out rows --resume --quiet --set train.epochs=3 --set data.split.folds=3

# Another launcher: only the first of its processes speaks, and nothing is written.
for names in "PMI_RANK PMI_SIZE" "MV2_COMM_WORLD_RANK MV2_COMM_WORLD_SIZE" "SLURM_PROCID SLURM_STEP_NUM_TASKS"; do
  set -- $names
  refused "one of 3 that were started together ($2=3)" env $1=0 $2=3 "$jetrain" train base.yaml --out many
  status=0
  env $1=2 $2=3 "$jetrain" train base.yaml --out many >said.txt 2>&1 || status=$?
  [ $status = 2 ] && [ ! -s said.txt ] || fail "$1=2: status $status: $(cat said.txt)"
  [ ! -e many ] || fail "a job of an unknown launcher wrote"
done
# A process alone in an allocation, or of a step of one, is what it seems to be.
SLURM_NTASKS=4 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1 train --out single >/dev/null || fail "a process alone was refused"
"$MPIRUN" 2 "$jetrain" train base.yaml --out pair >/dev/null
[ "$(hash_of single)" = "$(hash_of pair)" ] || fail "other weights"

# Without MPI: where it cannot start (OMPI_MCA_btl=nonsense), all but trainings work.
export OMPI_MCA_btl=nonsense
train --out none >said.txt 2>&1 && fail "MPI starts, so that nothing is shown here"
without() { "$jetrain" "$@" >said.txt 2>&1 || fail "$* needs MPI: $(cat said.txt)"; }
without config base.yaml
without summary base.yaml
without generate more.h5 --jets 100
without inspect jets_1.h5
without preprocess base.yaml images.h5
without evaluate single/best.h5 jets_1.h5 jets_2.h5 --split test
without predict single/best.h5 jets_1.h5 jets_2.h5 scores.h5 --split validation
without predict single/best.h5 more.h5 scores.csv
without metrics scores.csv
without export single/best.h5 tagger.onnx
without convert single/best.h5 weights.npz
if command -v gnuplot >/dev/null; then without report single; fi
refused "there is no verb trian" "$jetrain" trian
refused "cannot read the config none.yaml" "$jetrain" summary none.yaml
unset OMPI_MCA_btl
# Started several times, such a verb works once.
[ "$("$MPIRUN" 3 "$jetrain" summary base.yaml | grep -c flatten)" = 1 ] || fail "three ranks said what one should"
"$MPIRUN" 2 "$jetrain" predict single/best.h5 more.h5 scores_2.csv >/dev/null
cmp scores.csv scores_2.csv || fail "ranks score otherwise"

# Memory is the job's own, not what a program that started it held.
/usr/bin/python3 - "$jetrain" <<'PY' || fail "the peak memory is of the program that started it"
import json, os, sys
held = bytearray(400_000_000)
child = os.fork()
if child == 0:
    os.execv(sys.argv[1], [sys.argv[1], "train", "base.yaml", "--out", "small", "--quiet"])
assert os.waitpid(child, 0)[1] == 0
peak = json.load(open("small/result.json"))["peak_rss_bytes"]
assert 1_000_000 < peak < 350_000_000, peak
PY

# Data files: patterns, sorted, also in the run's config; each file once, under whatever name.
train --set 'data.files=jets_?.h5' --out globbed >/dev/null
[ "$(hash_of globbed)" = "$(hash_of single)" ] || fail "a pattern gives other files"
grep -A2 '^  files:' globbed/config.yaml | tr -d '\n' | contains -- '- jets_1.h5 *- jets_2.h5' || fail "$(cat globbed/config.yaml)"
HOME=$PWD train --set 'data.files=~/jets_*.h5' --out home >/dev/null
[ "$(hash_of home)" = "$(hash_of single)" ] || fail "~ gives other files"
"$jetrain" evaluate single/best.h5 'jets_*.h5' --split test >globbed.txt
"$jetrain" evaluate globbed/best.h5 jets_1.h5 jets_2.h5 --split test >named.txt
[ "$(sed 's/ (.*//;q' globbed.txt)" = "$(sed 's/ (.*//;q' named.txt)" ] || fail "$(cat globbed.txt named.txt)"
status=0
train --set 'data.files=none_*.h5' --out none >said.txt 2>&1 || status=$?
[ $status = 1 ] && grep -q "data.files: no file matches none_\*.h5" said.txt || fail "status $status: $(cat said.txt)"
ln -s jets_1.h5 linked.h5
refused "linked.h5 is the same file as jets_1.h5" "$jetrain" train base.yaml --set 'data.files=[jets_1.h5, linked.h5]' --out none
refused "jets_1.h5 stands twice" "$jetrain" evaluate single/best.h5 jets_1.h5 jets_1.h5
refused "what trains must not validate" "$jetrain" train base.yaml --out none --set data.files=[] --set data.split.method=files \
  --set data.train_files=jets_1.h5 --set data.validation_files=./jets_1.h5
cp jets_1.h5 copy.h5
train --out copied --set data.files=[] --set data.split.method=files --set data.train_files=jets_1.h5 \
  --set data.validation_files=copy.h5 >said.txt
grep -q "warning: the training and validation sets are the same jets" said.txt || fail "a copy is not told: $(cat said.txt)"

# A seed of its own keeps the split, and an ensemble has a test set that none of its models has seen.
for seed in 1 2; do
  train --set data.split.seed=1 --set seed=$seed --out ensemble_$seed >/dev/null
  "$jetrain" predict ensemble_$seed/best.h5 jets_1.h5 jets_2.h5 ensemble_$seed.h5 --split test >/dev/null
done
[ "$(hash_of ensemble_1)" = "$(hash_of single)" ] || fail "data.split.seed: 1 is not what seed: 1 gives"
"$jetrain" metrics --ensemble ensemble_1.h5 ensemble_2.h5 >said.txt || fail "no common test set: $(cat said.txt)"
grep -q "ensemble of 2 *150 " said.txt || fail "$(cat said.txt)"
echo "a run directory is one job's, and a job is what it says"
