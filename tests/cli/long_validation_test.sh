#!/usr/bin/env bash
# long_validation_test.sh JETRAIN: a validation that takes longer than train.stall_seconds is no stall, whoever validates
# and whoever waits, nor is a step that does; a rank that is stopped in a validation is found, whether it works or waits.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"

# 85 MFLOP a jet: all that there are to validate take seconds, a leaf of sixteen does not.
cat >slow.yaml <<'TEXT'
data: {files: [jets.h5], split: {method: tail, validation: 0.8}}
image: {bins: 40}
model:
  layers:
    - conv2d: {filters: 32, kernel: 5, padding: same, activation: relu}
    - conv2d: {filters: 32, kernel: 5, padding: same, activation: relu}
    - max_pool2d: {size: 4}
    - flatten
    - dense: {units: 2, activation: softmax}
train: {batch_size: 1600, epochs: 1, stall_seconds: 1}
TEXT
"$jetrain" generate jets.h5 --jets 8000 --seed 5 >/dev/null
train() {  # train RANKS RUN OPTION...
  "$MPIRUN" "$1" timeout 300 "$jetrain" train slow.yaml --quiet --threads 1 --out "${@:2}"
}

long() {  # long RANKS WHO
  local run=$2_$1 seconds
  train "$1" "$run" --set "validation.ranks=$2" >"$run.out" 2>&1 || fail "$run: $(cat "$run.out")"
  cmp <(grep weights_hash root_1/result.json) <(grep weights_hash "$run/result.json") || fail "$run: other weights"
  cmp <(cut -d, -f1-9 root_1/history.csv) <(cut -d, -f1-9 "$run/history.csv") || fail "$run: another history"
  seconds=$(sed -n 's/.*"validate": \([0-9.]*\).*/\1/p' "$run/result.json")
  echo "$run: validated in $seconds s"
  [ "$2" = all ] || awk -v s="$seconds" 'BEGIN { exit !(s > 1.5) }' || fail "$run: that tells nothing of a stall"
}
long 1 root
for ranks in 2 3; do
  long $ranks root
  long $ranks all
done

# stopped RANK WHO: one of two is stopped in the validation, and named
stopped() {
  local rank=$1 run=stopped_$1_$2 status=0 victim=
  train 2 "$run" --set "validation.ranks=$2" --set checkpoint.every_steps=1 >"$run.out" 2>"$run.err" &
  local job=$!
  while [ -z "$(ls "$run/checkpoints" 2>/dev/null)" ]; do  # validation comes after the step
    kill -0 $job 2>/dev/null || fail "$run ended before it could be stopped: $(cat "$run.err")"
    sleep 0.05
  done
  sleep 0.5
  for pid in $(pgrep -f "^$jetrain train.*--out $run" || true); do
    ! tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | contains -x "OMPI_COMM_WORLD_RANK=$rank" || victim=$pid
  done
  [ -n "$victim" ] || fail "$run ended before it could be stopped: $(cat "$run.err")"
  kill -STOP "$victim"
  wait $job || status=$?
  [ $status = 75 ] || fail "$run: status $status: $(cat "$run.err")"
  grep -q "^jetrain: rank $rank on .* has made no progress for 1 s (train.stall_seconds); last seen in validation" \
    "$run.err" || fail "$run: $(cat "$run.err")"
}
stopped 0 root
stopped 1 root
stopped 1 all
echo "long validations are no stalls, stopped ranks are found"
