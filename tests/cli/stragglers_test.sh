#!/usr/bin/env bash
# stragglers_test.sh JETRAIN: a rank that is slowed down on purpose is found, in the log and in result.json; the
# weights stay the same. It is stopped (SIGSTOP) four fifths of the time.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
config=$TEST_DATA_DIR/../../configs/notebook.yaml

"$jetrain" generate jets.h5 --jets 6000 --seed 3 >/dev/null
train=("$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=2 --set train.batch_size=256 --threads 1)

"$MPIRUN" 1 "${train[@]}" --out alone >alone.txt 2>&1 || fail "$(cat alone.txt)"
! grep -q straggler alone.txt || fail "a single rank is called a straggler"

"$MPIRUN" 2 "${train[@]}" --out slowed >slowed.txt 2>&1 &
job=$!
victim=
while [ -z "$victim" ]; do
  kill -0 $job 2>/dev/null || fail "it ended before it could be slowed down: $(cat slowed.txt)"
  for pid in $(pgrep -f "$jetrain train.*--out slowed" || true); do
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | contains -x OMPI_COMM_WORLD_RANK=1 && victim=$pid
  done
  sleep 0.02
done
while kill -STOP "$victim" 2>/dev/null; do
  sleep 0.08
  kill -CONT "$victim" 2>/dev/null || true
  sleep 0.02
done
wait $job || fail "$(cat slowed.txt)"

grep straggler slowed.txt || fail "nobody is named: $(cat slowed.txt)"
grep -q 'straggler: rank 1 on .* times as long as the median rank for forward and backward in epoch' slowed.txt ||
  fail "another rank or phase is named: $(cat slowed.txt)"
grep -A 30 '"stragglers"' slowed/result.json | contains '"phase": "forward and backward"' || fail "not in result.json"
cmp <(grep weights_hash alone/result.json) <(grep weights_hash slowed/result.json) || fail "other weights"
echo "all as it should be"
