#!/usr/bin/env bash
# seeds_test.sh JETRAIN: train --seeds trains several times on one split, and says how good the trainings and their
# ensemble are, the same on any ranks, after a stop, and as predict and metrics say it; report shows a study's folder.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
y = np.arange(400) % 2
with h5py.File("rows.h5", "w") as f:
    f["x"], f["y"] = (rng.normal(size=(400, 5)) + 0.5 * y[:, None]).astype("f4"), y
PYTHON
cat >base.yaml <<'YAML'
seed: 5
data: {files: [rows.h5], arrays: {features: x, labels: y}, split: {method: random, validation: 0.25}}
model: {layers: [dense: {units: 4, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 50, epochs: 2}
YAML
"$jetrain" train base.yaml --seeds 3 --out one >one.txt 2>&1 || fail "$(cat one.txt)"
"$MPIRUN" 3 "$jetrain" train base.yaml --seeds 3 --out three >three.txt 2>&1 || fail "$(cat three.txt)"
cmp one/ensemble.json three/ensemble.json || fail "the figures depend on the ranks"
cmp one/ranking.csv three/ranking.csv || fail "the ranking depends on the ranks"
rm three/trial_0001/result.json three/ensemble.json
"$MPIRUN" 2 "$jetrain" train base.yaml --seeds 3 --out three >again.txt 2>&1 || fail "$(cat again.txt)"
cmp one/ensemble.json three/ensemble.json || fail "what was stopped ends otherwise"
grep -q "2 of them done already" again.txt || fail "$(cat again.txt)"

# The first one is the training by itself; all validate on its jets.
"$jetrain" train base.yaml --out alone >/dev/null 2>&1
hash_of() { sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }
[ "$(hash_of alone)" = "$(hash_of one/trial_0000)" ] || fail "the first seed is not the training by itself"
for i in 0 1 2; do
  "$jetrain" predict one/trial_000$i/best.h5 rows.h5 trial_000$i.h5 --split validation >/dev/null
done
"$jetrain" metrics --ensemble trial_000?.h5 --out mean.h5 --json mean.json >metrics.txt
/usr/bin/python3 - <<'PYTHON' || fail "not what predict and metrics say"
import h5py, json
a, b = json.load(open("one/ensemble.json")), json.load(open("mean.json"))
for one, other in zip(a["taggers"], b["taggers"]):
    assert other["name"] in (one["name"], one["name"] + ".h5"), (one, other)
    assert {**one, "name": ""} == {**other, "name": ""}, (one, other)
assert a["over_models"] == b["over_models"] and a["over_models"]["models"] == 3
with h5py.File("one/ensemble.h5") as f, h5py.File("mean.h5") as g:
    for name in ("score", "deviation", "label", "row"):
        assert (f[name][:] == g[name][:]).all(), name
    assert len(f["row"]) == 100
PYTHON
for line in "^ensemble of 3 *100 " "^mean of 3 .*+-" "^median of 3 "; do
  grep -q "$line" one.txt || fail "the table lacks $line: $(cat one.txt)"
done
grep -q ">Ensemble</h2>" one/study.html || fail "the page does not show the ensemble"

# Processes that end together do not trouble one another; without a model there are the tables, and a warning.
for i in 1 2 3; do "$jetrain" train base.yaml --seeds 3 --out one >"together_$i.txt" 2>&1 & pids[i]=$!; done
for i in 1 2 3; do wait "${pids[i]}" || fail "$(cat "together_$i.txt")"; done
cmp one/ensemble.json three/ensemble.json || fail "processes that end together write another ensemble"
rm three/trial_0001/best.h5 three/ranking.csv
"$jetrain" train base.yaml --seeds 3 --out three >without.txt 2>&1 || fail "$(cat without.txt)"
grep -q "^warning: no ensemble: cannot read three/trial_0001/best.h5" without.txt || fail "$(cat without.txt)"
[ -e three/ranking.csv ] || fail "no ranking without a model"

# A study whose members validate on other jets has no ensemble.
"$jetrain" study base.yaml --set study.repeats=2 --out other >other.txt 2>&1 || fail "$(cat other.txt)"
[ ! -e other/ensemble.json ] || fail "an ensemble of other jets"

if command -v gnuplot >/dev/null; then
  "$jetrain" report one --out report.html >/dev/null || fail "no report of a study's folder"
  for name in trial_0000 trial_0002 ensemble.h5; do
    grep -q "$name" report.html || fail "the report does not show $name"
  done
fi
"$jetrain" train base.yaml --seeds 3 --resume --out x >refused.txt 2>&1 && fail "--seeds with --resume"
grep -q "excludes" refused.txt || fail "$(cat refused.txt)"
