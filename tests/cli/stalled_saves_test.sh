#!/usr/bin/env bash
# stalled_saves_test.sh JETRAIN: a save that stands still ends the job with the status to put it back into the queue (75),
# and with the newest checkpoint that is whole on the disk; what is resumed from it has the bits of the training left
# alone. The disk that stalls is a FIFO in the place of a temporary file: opening it never ends.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"

cat >small.yaml <<'TEXT'
data: {files: [jets.h5], split: {method: tail, validation: 0.3}}
image: {bins: 16}
model: {layers: [{conv2d: {filters: 3, kernel: 4, activation: relu}}, flatten, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 64, epochs: 3}
early_stopping: {enabled: false}
TEXT
"$jetrain" generate jets.h5 --jets 1200 --seed 5 >/dev/null
train() {  # train RANKS RUN OPTION...
  "$MPIRUN" "$1" timeout 60 "$jetrain" train small.yaml --quiet --out "${@:2}"
}
train 1 alone
hash_of() { grep weights_hash "$1/result.json"; }

# ends RANKS RUN STATUS WORDS OPTION...: the training ends in that way, with one message that has these words
ends() {
  local status=0
  train "$1" "$2" --set train.stall_seconds=3 "${@:5}" >"$2.out" 2>"$2.err" || status=$?
  [ $status = "$3" ] || fail "$2: status $status, not $3: $(cat "$2.err")"
  [ "$(grep -c '^jetrain: ' "$2.err")" = 1 ] || fail "$2: not one message: $(cat "$2.err")"
  grep -q "^jetrain: rank 0 on .*$4" "$2.err" || fail "$2: no \"$4\" in: $(cat "$2.err")"
}
# goes_on RUN: from what was named
goes_on() {
  train 1 "$1" --resume >"$1.out" 2>&1 || fail "$1 does not go on: $(cat "$1.out")"
  cmp <(hash_of alone) <(hash_of "$1") || fail "$1: other weights"
  [ -z "$(find "$1" -name '*.writing' -type f -o -name '*.rank_*')" ] || fail "$1: something is left: $(find "$1")"
}
next=epoch_0002_step_000006.h5  # step 20; an epoch has 14
busy="no checkpoint could be written now: another file of the run is being written"

for ranks in 1 2; do
  # A checkpoint that stalls: named is the one before.
  run=checkpoint_$ranks
  train $ranks $run --set train.epochs=1
  mkfifo $run/checkpoints/$next.writing
  touch $run/checkpoints/epoch_0009_step_000001.h5.writing $run/checkpoints/epoch_0009_step_000002.h5.rank_1.writing
  ends $ranks $run 75 "$busy; go on from $run/checkpoints/epoch_0002_step_000000.h5, the newest there is, with --resume" \
    --resume --set checkpoint.every_steps=10
  rm $run/checkpoints/*.writing
  goes_on $run

  # The best model: where there is a checkpoint, and where there is none.
  run=best_$ranks
  mkdir $run
  mkfifo $run/best.h5.writing
  ends $ranks $run 75 "$busy; go on from $run/checkpoints/epoch_0001_step_000010.h5, the newest there is, with --resume" \
    --set checkpoint.every_steps=10
  ends $ranks $run 1 "$busy; there is no checkpoint to go on from" --overwrite
  rm $run/best.h5.writing
  goes_on $run

  # What is outside of the training: its result.
  run=result_$ranks
  mkdir $run
  mkfifo $run/result.json.writing
  ends $ranks $run 75 "; go on from $run/checkpoints/epoch_0004_step_000000.h5, the newest there is, with --resume"
  rm $run/result.json.writing
  goes_on $run
done

# Rank 0 stalls in a checkpoint, and is stopped there: rank 1 writes that very checkpoint beside it.
run=stopped
train 2 $run --set train.epochs=1
mkfifo $run/checkpoints/$next.writing
status=0
train 2 $run --resume --set checkpoint.every_steps=10 --set train.stall_seconds=8 >$run.out 2>$run.err &
job=$!
victim=
while [ -z "$victim" ]; do
  kill -0 $job 2>/dev/null || fail "it ended before it could be stopped: $(cat $run.err)"
  for pid in $(pgrep -f "^$jetrain train.*--out $run " || true); do
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | contains -x OMPI_COMM_WORLD_RANK=0 || continue
    grep -qs "resumed: " $run/log.txt && sleep 2 && victim=$pid && break
  done
  sleep 0.02
done
kill -STOP "$victim"
wait $job || status=$?
[ $status = 75 ] || fail "$run: status $status: $(cat $run.err)"
[ "$(grep -c '^jetrain: ' $run.err)" = 1 ] || fail "$run: not one message: $(cat $run.err)"
grep -q "; go on from $run/checkpoints/$next with --resume" $run.err || fail "$(cat $run.err)"
rm $run/checkpoints/*.writing
goes_on $run
echo "all as it should be"
