#!/usr/bin/env bash
# lr_find_test.sh JETRAIN: the learning-rate finder leaves one curve on any ranks and threads, ends where the training
# diverges, says what it suggests in 60 columns, and overwrites nothing unasked.
# Environment: MPIRUN.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
"$jetrain" generate jets.h5 --jets 600 --seed 3 >/dev/null
cat >small.yaml <<'EOF'
data: {files: [jets.h5]}
image: {bins: 20}
augmentation: {flip: true, smear: 0.02}
model:
  layers:
    - flatten
    - dense: {units: 8, activation: relu}
    - dense: {units: 2, activation: softmax}
train: {batch_size: 32, lr_scaling: linear, lr_base_batch_size: 64}
EOF

for ranks in 1x1 2x1 3x1 2x2; do
  "$MPIRUN" "${ranks%x*}" "$jetrain" lr-find small.yaml --threads "${ranks#*x}" --steps 100 --smoothing 8 --from 1e-4 --to 100 --out $ranks >$ranks.txt 2>&1 ||
    fail "$ranks: $(cat $ranks.txt)"
  for file in csv json; do cmp 1x1/lr_find.$file $ranks/lr_find.$file || fail "lr_find.$file depends on ranks and threads"; done
done
# 420 jets train, 14 batches an epoch.
python3 - <<'EOF'
import csv, json, math
points = list(csv.DictReader(open("1x1/lr_find.csv")))
found = json.load(open("1x1/lr_find.json"))
assert len(points) == found["steps"] > 14, found
for i, point in enumerate(points):
    assert int(point["step"]) == i + 1
    assert math.isclose(float(point["learning_rate"]), 1e-4 * 1e6 ** (i / 99), rel_tol=1e-9), point
assert math.isclose(found["suggested"], found["lowest"] / 10), found
assert 1e-5 < found["suggested"] < 1, found
assert found["scaling"] == 0.5 and found["config_rate"] == 0.0005, found
EOF
suggested=$(sed -n 's/^  --set train.optimizer.adam.learning_rate=//p' 1x1.txt)
[ -n "$suggested" ] || fail "nothing is suggested: $(cat 1x1.txt)"
# The config's key is the rate before the scaling.
python3 -c "import json, sys; assert abs(float('$suggested') / (2 * json.load(open('1x1/lr_find.json'))['suggested']) - 1) < 0.06" ||
  fail "the config's key is not the rate before it is scaled: $suggested"
grep -q "rates are those of batch 32: 0.5 times the config's" 1x1.txt || fail "$(cat 1x1.txt)"
wide=$(sed -n '/^     rate/,/--set/p' 1x1.txt | awk 'length > 60')
[ -z "$wide" ] || fail "wider than 60 columns: $wide"
grep -q '<h1>' 1x1/lr_find.html || fail "no page"

# A training that diverges ends the sweep, not the job; one that cannot take a step is an error.
"$jetrain" lr-find small.yaml --set train.optimizer=sgd --from 1e20 --to 1e30 --steps 20 --out diverged >diverged.txt 2>&1 ||
  fail "$(cat diverged.txt)"
grep -q "the sweep ended at .*\(a gradient left the range\|the loss exploded\)" diverged.txt || fail "$(cat diverged.txt)"
grep -q "no suggestion" diverged.txt || fail "$(cat diverged.txt)"

refused() {  # refused TEXT ARGUMENT...
  local wanted=$1 status=0
  shift
  "$jetrain" lr-find "$@" >refused.txt 2>&1 || status=$?
  [ $status = 2 ] && grep -qF -- "$wanted" refused.txt || fail "$*: status $status: $(cat refused.txt)"
}
refused "1x1/lr_find.csv" small.yaml --out 1x1
refused "--to 1e-06: must be above --from 1e-06" small.yaml --to 1e-6 --out other
[ ! -e other ] || fail "a mistake left a folder"
"$jetrain" lr-find small.yaml --steps 100 --smoothing 8 --from 1e-4 --to 100 --out 1x1 --overwrite --quiet >quiet.txt 2>&1 || fail "$(cat quiet.txt)"
cmp 1x1/lr_find.csv 2x1/lr_find.csv || fail "another curve"
echo "learning rates are found"
