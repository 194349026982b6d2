#!/usr/bin/env bash
# stopping_test.sh JETRAIN: what stops a training and chooses its best epoch: the record, the lines, a study that goes by
# a rejection, and a training that was stopped while it waited.
# Environment: MPIRUN.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
"$jetrain" generate jets.h5 --jets 600 --seed 3 >/dev/null
cat >small.yaml <<'EOF'
data: {files: [jets.h5]}
image: {bins: 20}
model: {layers: [flatten, dense: {units: 8, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {epochs: 8, batch_size: 32}
EOF
result() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/result.json"))[sys.argv[2]])' "$@"; }
column() { python3 -c 'import csv, sys; print(*[row[sys.argv[2]] for row in csv.DictReader(open(sys.argv[1] + "/history.csv"))])' "$@"; }
is() { [ "$1" = "$2" ] || fail "$1, not $2"; }
train() {  # train RUN ARGUMENT...
  "$jetrain" train small.yaml --threads 1 --out "$@" >"$1.txt" 2>&1 || fail "$*: $(cat "$1.txt")"
}

train reached --set 'early_stopping.reached={monitor: val_auc, value: 0.5}'
is "$(result reached ended_by)" reached
is "$(result reached epochs)" "$(python3 -c 'import sys; print(next(i for i, v in enumerate(sys.argv[1:], 1) if float(v) >= 0.5))' $(column reached val_auc))"
grep -q "^stopped: val_auc has reached 0.5: 0.* in epoch" reached.txt || fail "$(cat reached.txt)"

train hopeless --set 'early_stopping.hopeless={monitor: val_rejection_50, value: 1.0e+9, after_epochs: 2}' --set early_stopping.best=val_auc
is "$(result hopeless ended_by) $(result hopeless epochs) $(result hopeless best_by)" "hopeless 2 val_auc"
grep -q "^best by val_auc: epoch $(result hopeless best_epoch) " hopeless.txt || fail "$(cat hopeless.txt)"
grep -q "1/eB(0.5) [0-9]" hopeless.txt || fail "no line has the value that ends it"
[ "$(grep -c '^warning: val_rejection_50 of epoch [12], .* is read off about [0-9]* of [0-9]* background jets' hopeless.txt)" = 1 ] ||
  fail "few jets are not told, or told twice: $(cat hopeless.txt)"
if command -v gnuplot >/dev/null; then
  "$jetrain" report hopeless --out report.html >/dev/null
  grep -q "val_rejection_50 has not come to 1000000000 in 2 epochs" report.html && grep -q "of 2, by val_auc" report.html ||
    fail "the report does not say how it ended"
fi

# Waiting goes on where it was: with a network that learns nothing, the loss has waited longer than the AUC.
waits=(--set 'early_stopping={monitors: [{monitor: val_loss, patience: 3, min_delta: 9}, {monitor: val_auc, patience: 5, min_delta: 9}]}')
train whole "${waits[@]}"
is "$(result whole ended_by) $(result whole epochs)" "not_improved 6"
grep -q "^stopped: val_loss has not improved for 5 epochs (.* in epoch 1), val_auc has not improved for 5 epochs" whole.txt || fail "$(cat whole.txt)"
train begun "${waits[@]}" --set train.epochs=4
is "$(result begun ended_by) $(result begun ended)" "all_epochs all 4 epochs are done"
train begun "${waits[@]}" --set checkpoint.keep=3 --resume
for key in weights_hash best_epoch epochs ended_by ended; do is "$(result begun $key)" "$(result whole $key)"; done
is "$(column begun val_rejection_30)" "$(column whole val_rejection_30)"
train any "${waits[@]}" --set early_stopping.when=any
is "$(result any epochs)" 4

"$jetrain" study small.yaml --out study --threads 1 --set train.epochs=2 --set study.monitor=val_rejection_30 --set 'study.family={variants: {variants: [{name: a, set: [seed=1]}, {name: b, set: [seed=2]}]}}' >study.txt 2>&1 || fail "$(cat study.txt)"
head -n 1 study/ranking.csv | contains ',val_rejection_30,val_rejection_30_spread,' || fail "$(cat study/ranking.csv)"
python3 - <<'EOF' || fail "$(cat study/ranking.csv)"
import csv
values = [float(row["val_rejection_30"] or "inf") for row in csv.DictReader(open("study/ranking.csv"))]
assert len(values) == 2 and values[0] >= values[1], values
EOF
echo "trainings end, and are chosen, as they should"
