#!/usr/bin/env bash
# search_test.sh JETRAIN: successive halving takes the same choices in one process, in groups of ranks, in shares of
# several processes, and when it was killed; who goes on does so from its checkpoint, with the bits of the same training
# by itself; draws from a Sobol sequence.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
column() { /usr/bin/python3 -c 'import csv, sys; print(" ".join(r[sys.argv[2]] for r in csv.DictReader(open(sys.argv[1]))))' "$1" "$2"; }
same() {  # same FOLDER: ends as the search in one process
  cmp one/ranking.csv "$1/ranking.csv" || fail "$1 ranks otherwise: $(cat "$1.txt")"
  [ "$(column one/study.csv weights_hash)" = "$(column "$1/study.csv" weights_hash)" ] || fail "$1 has other weights"
  [ "$(column one/study.csv epochs)" = "$(column "$1/study.csv" epochs)" ] || fail "$1 trained other members: $(cat "$1/study.csv")"
}

/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
y = np.arange(400) % 2
with h5py.File("rows.h5", "w") as f:
    f["x"], f["y"] = (rng.normal(size=(400, 5)) + 0.5 * y[:, None]).astype("f4"), y
PYTHON
cat >search.yaml <<'YAML'
data: {files: [rows.h5], arrays: {features: x, labels: y}, split: {method: tail, validation: 0.25}}
model: {layers: [dense: {units: 4, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 50, epochs: 9}
early_stopping: {enabled: false}
study:
  monitor: val_auc
  family:
    halving:
      trials: 9
      brackets: 2
      sampling: sobol
      parameters:
        - {key: train.optimizer.adam.learning_rate, log_uniform: [1.0e-4, 0.1]}
        - {key: model.layers.0.dense.units, values: [2, 8, 16]}
YAML
study() {  # study FOLDER RANKS [ARGUMENT...]
  local out=$1 ranks=$2
  shift 2
  "$MPIRUN" "$ranks" "$jetrain" study search.yaml --out "$out" "$@" >>"$out.txt" 2>&1 || fail "$out: $(cat "$out.txt")"
}
study one 1
study three 3
study groups 4 --set study.groups=2
same three
same groups
[ "$(column one/study.csv epochs | tr ' ' '\n' | sort -n | uniq -c | tr -s ' \n' ' ')" = " 6 1 6 3 2 9 " ] ||
  fail "other rungs than 9x1 3x3 1x9, 5x3 1x9: $(column one/study.csv epochs)"
[ "$(column one/ranking.csv epochs)" = "9 9 3 3 3 3 3 3 1 1 1 1 1 1" ] || fail "$(cat one/ranking.csv)"
[ "$(column one/study.csv train.optimizer.adam.learning_rate | tr ' ' '\n' | sort -u | wc -l)" = 14 ] || fail "draws are repeated"

for title in Ranking Parameters Trainings; do
  grep -q ">$title</h2>" one/study.html || fail "study.html has no section $title"
done
grep -q "Values after 1 epoch, which all variants have" one/study.html || fail "values of different epochs are compared"

# The best one, trained by itself: the same weights.
best=$(/usr/bin/python3 -c 'import csv; n = next(csv.DictReader(open("one/ranking.csv")))["name"]; print(next(r["trial"] for r in csv.DictReader(open("one/study.csv")) if r["name"] == n))')
"$jetrain" train "one/$best/config.yaml" --out alone >alone.txt 2>&1 || fail "$(cat alone.txt)"
[ "$(sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' alone/result.json)" = "$(sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "one/$best/result.json")" ] ||
  fail "a member of a search is not the same training by itself"
grep -q '"paused"' "one/$best/result.json" && fail "the best one is called paused"

# Two processes, each with its share, take turns: a round begins when the one before is whole.
for turn in 1 2 3 4; do
  for share in 0 1; do study shares 1 --share $share/2; done
done
grep -q "round 1 of 3, to each bracket's next rung: [0-9]* of the 14 trainings are there; .*give the same command again" shares.txt ||
  fail "a share does not say what it waits for: $(cat shares.txt)"
same shares

# Killed again and again, it goes on.
for i in 1 2 3 4 5; do timeout -s KILL 0.$((4 + i)) "$jetrain" study search.yaml --out killed >>killed.txt 2>&1 || true; done
study killed 2
same killed
study killed 1
grep -q "14 of them done already" killed.txt || fail "what is done is done again: $(cat killed.txt)"

# One that diverges never goes on.
/usr/bin/python3 - <<'PYTHON'
text = open("search.yaml").read().replace("brackets: 2", "brackets: 1").replace("sampling: sobol", "sampling: random")
text = text.replace("log_uniform: [1.0e-4, 0.1]", "values: [0.01, 1.0e+30]")
open("diverging.yaml", "w").write(text)
PYTHON
"$jetrain" study diverging.yaml --out diverging >diverging.txt 2>&1 || fail "$(cat diverging.txt)"
[ "$(column diverging/ranking.csv epochs | tr ' ' '\n' | sort -n | uniq -c | tr -s ' \n' ' ' | cut -d' ' -f3)" = 0 ] || fail "none diverged: $(cat diverging/study.csv)"
case " $(column diverging/study.csv epochs) " in *" 9 "*) ;; *) fail "nobody came to the end: $(cat diverging/study.csv)" ;; esac

# One that diverges in its last round has been chosen, and stays so: the search ends, and ranks. Early stopping ends members
# before their rung does; they go on being ranked by their rounds.
/usr/bin/python3 - <<'PYTHON'
text = open("search.yaml").read().replace("brackets: 2", "brackets: 1")
late = text.replace("epochs: 9}", "epochs: 9, optimizer: adam, schedule: {step: {every_epochs: 4, factor: 1.0e+30}}}")
open("late.yaml", "w").write(late)
open("patient.yaml", "w").write(text.replace("early_stopping: {enabled: false}", "early_stopping: {patience: 1}"))
PYTHON
"$jetrain" study late.yaml --out late >late.txt 2>&1 || fail "$(cat late.txt)"
[ "$(column late/study.csv status | tr ' ' '\n' | sort | uniq -c | tr -s ' \n' ' ')" = " 1 failed 8 paused " ] || fail "$(cat late/study.csv late.txt)"
"$jetrain" study patient.yaml --out patient >patient.txt 2>&1 || fail "$(cat patient.txt)"
/usr/bin/python3 - <<'PYTHON' || fail "early stopping changes who wins: $(cat patient/ranking.csv)"
import csv
trials = list(csv.DictReader(open("patient/study.csv")))
def best(trial, epochs):  # as far as it was trained
    history = csv.DictReader(open(f"patient/{trial['trial']}/history.csv"))
    return max(float(r["val_auc"]) for r in history if int(r["epoch"]) <= epochs)
alive = trials
for epochs, count in ((1, 3), (3, 1)):
    alive = sorted(sorted(alive, key=lambda t: -best(t, epochs))[:count], key=lambda t: t["trial"])
assert any(int(t["epochs"]) < 9 and t["status"] == "done" for t in trials), "nobody stopped early"
first = next(csv.DictReader(open("patient/ranking.csv")))
assert first["name"] == alive[0]["name"], (first, alive)
PYTHON

# What cannot be.
/usr/bin/python3 - <<'PYTHON'
keys = "".join(f"        - {{key: seed, integers: [{i}, {i + 1}]}}\n" for i in range(21))
text = open("search.yaml").read()
open("many.yaml", "w").write(text[:text.index("        - {key")] + keys)
open("epochs.yaml", "w").write(text.replace("key: model.layers.0.dense.units, values: [2, 8, 16]", "key: train.epochs, values: [2, 8]"))
open("none.yaml", "w").write(text.replace("values: [2, 8, 16]", "values: []"))
PYTHON
"$MPIRUN" 2 "$jetrain" study many.yaml --out many >many.txt 2>&1 && fail "21 dimensions are taken"
[ "$(grep -c "^jetrain: study.family.halving.sampling: sobol has room for 20 parameters, and 21 are given" many.txt)" = 1 ] || fail "$(cat many.txt)"
"$jetrain" study epochs.yaml --out epochs >epochs.txt 2>&1 && fail "epochs are a parameter of the rungs"
grep -q "train.epochs cannot be a parameter" epochs.txt || fail "$(cat epochs.txt)"
"$jetrain" study none.yaml --out none >none.txt 2>&1 && fail "a parameter without values is taken"
grep -q "study.family.halving: model.layers.0.dense.units needs values, uniform, log_uniform or integers" none.txt || fail "$(cat none.txt)"
