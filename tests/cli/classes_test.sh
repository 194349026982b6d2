#!/usr/bin/env bash
# classes_test.sh JETRAIN: labels of any kind are read as the classes that they are; more than two classes are followed
# to the end, with the same bits on any ranks and threads; jets without labels are scored; scores that are no numbers
# are refused; figures by bins of the jets.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
value() { sed -n "s/^ *\"$2\": \"\?\([^\",]*\)\"\?,\?$/\1/p" "$1" | head -1; }
says() {  # says STATUS TEXT COMMAND...: ends with that status and one message, which has the text
  local status=$1 text=$2 found=0
  shift 2
  "$@" >said.txt 2>&1 || found=$?
  [ "$found" = "$status" ] || fail "status $found, not $status: $*: $(cat said.txt)"
  grep -q -- "$text" said.txt || fail "\"$text\" is not said: $*: $(cat said.txt)"
}

/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
n = 240
y = np.arange(n) % 2
x = rng.normal(size=(n, 6)).astype("f4")
x[np.arange(n), y] += 2
names = np.array(["QCD", "top"])[y]
kinds = {"int64": y, "float32": y.astype("f4"), "float64_column": y.astype("f8")[:, None], "bool": y.astype(bool),
         "one_hot_float": np.eye(2, dtype="f4")[y], "one_hot_uint8": np.eye(2, dtype="u1")[y],
         "fixed_text": names.astype("S"), "text": names.astype(object), "text_column": names.astype(object)[:, None]}
for kind, labels in kinds.items():
    with h5py.File(f"{kind}.h5", "w") as f:
        f["x"] = x
        f.create_dataset("y", data=labels, dtype=h5py.string_dtype() if labels.dtype == object else None)
with h5py.File("unlabelled.h5", "w") as f:
    f["x"] = x
with h5py.File("soft.h5", "w") as f:
    f["x"], f["y"] = x, (0.9 * y + 0.05).astype("f4")
with h5py.File("five.h5", "w") as f:
    f["x"], f["y"] = x, np.where(np.arange(n) == 77, 5, y)
with h5py.File("other_names.h5", "w") as f:
    f["x"] = x
    f.create_dataset("y", data=np.where(np.arange(n) == 31, "W", names).astype(object), dtype=h5py.string_dtype())

# Ten classes, of which each has a place of its own in the row.
n = 2000
y = rng.integers(0, 10, n)
x = rng.normal(size=(n, 12)).astype("f4")
x[np.arange(n), y] += 2
with h5py.File("ten.h5", "w") as f:
    f["x"], f["y"] = x, np.eye(10, dtype="f4")[y]
PYTHON
cat >two.yaml <<'YAML'
data: {files: [int64.h5], arrays: {features: x, labels: y}, split: {method: random}}
model: {layers: [dense: {units: 8, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 32, epochs: 3, optimizer: {adam: {learning_rate: 0.01}}}
YAML

# Labels of each kind: the same bits.
for kind in int64 float32 float64_column bool one_hot_float one_hot_uint8; do
  "$jetrain" train two.yaml --set data.files=$kind.h5 --out $kind --quiet
done
for kind in fixed_text text text_column; do
  "$MPIRUN" 2 "$jetrain" train two.yaml --set data.files=$kind.h5 --set 'data.classes=[QCD, top]' --out $kind --quiet
done
for kind in float32 float64_column bool one_hot_float one_hot_uint8 fixed_text text text_column; do
  [ "$(value int64/result.json weights_hash)" = "$(value $kind/result.json weights_hash)" ] || fail "$kind: other weights"
  [ "$(value int64/result.json val_auc)" = "$(value $kind/result.json val_auc)" ] || fail "$kind: another AUC"
done
grep -q "targets: 0" one_hot_float/config.yaml || fail "one-hot floats were taken for targets"
sigmoid=(--set train.optimizer.adam.learning_rate=0.1 --set train.epochs=8 --set train.loss=binary_cross_entropy --set 'model.layers=[dense: {units: 1, activation: sigmoid}]')
"$jetrain" train two.yaml --set data.files=float32.h5 "${sigmoid[@]}" --out sigmoid --quiet
grep -q '"val_auc": 0.9' sigmoid/result.json || fail "0/1 floats are no classes of a sigmoid: $(cat sigmoid/result.json)"
line=(--set train.loss=mean_squared_error --set 'model.layers=[dense: {units: 1}]')
"$jetrain" train two.yaml --set data.files=soft.h5 "${line[@]}" --out regression --quiet
grep -q "targets: 1" regression/config.yaml || fail "a regression has lost its targets"

says 1 "y holds text (QCD, top): say which is class 0, 1, ... with data.classes" \
  "$MPIRUN" 2 "$jetrain" train two.yaml --set data.files=text.h5 --out no
says 1 'other_names.h5, row 31: the label is "W", none of data.classes (QCD, top)' \
  "$MPIRUN" 2 "$jetrain" train two.yaml --set data.files=other_names.h5 --set 'data.classes=[QCD, top]' --out no
says 1 "soft.h5, row 0: the label is 0.05" "$jetrain" train two.yaml --set data.files=soft.h5 --out no
says 2 "has the class 5, but the network has outputs for 2 classes only: give the last layer 6" \
  "$MPIRUN" 3 "$jetrain" train two.yaml --set data.files=five.h5 --out no
says 2 "train.loss: cross_entropy tells classes apart, but data.arrays.targets is 2" \
  "$jetrain" train two.yaml --set data.files=one_hot_float.h5 --set data.arrays.targets=2 --set 'data.arrays.shape=[6]' --out no
says 2 "data.signal: W is none of data.classes" "$jetrain" train two.yaml --set 'data.classes=[q, g]' --set data.signal=W --out no
says 1 "five.h5, row 77: the label is 5, but the model tells 2 classes apart" "$jetrain" evaluate int64/best.h5 five.h5

# Rows without labels.
"$MPIRUN" 3 "$jetrain" predict int64/best.h5 unlabelled.h5 unlabelled_scores.h5 >said.txt
grep -q "without labels: unlabelled.h5 has no dataset y" said.txt || fail "$(cat said.txt)"
"$jetrain" predict int64/best.h5 int64.h5 scores.h5 >/dev/null
"$jetrain" predict int64/best.h5 unlabelled.h5 unlabelled_scores.csv >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "rows without labels are scored otherwise"
import h5py, numpy as np
with h5py.File("scores.h5") as f, h5py.File("unlabelled_scores.h5") as g:
    assert sorted(f) == ["label", "row", "score"] and sorted(g) == ["row", "score"]
    assert (f["score"][:] == g["score"][:]).all()
assert open("unlabelled_scores.csv").readline() == "row,score\n"
PYTHON
says 1 "has no dataset y (data.arrays.labels); evaluate needs labels" "$MPIRUN" 2 "$jetrain" evaluate int64/best.h5 unlabelled.h5
says 1 "has no dataset y" "$jetrain" train two.yaml --set data.files=unlabelled.h5 --out no
says 1 "unlabelled_scores.h5 has no dataset label" "$jetrain" metrics unlabelled_scores.h5
says 1 "give those with and those without apart" "$jetrain" predict int64/best.h5 int64.h5 unlabelled.h5 mixed.h5

# Ten classes, on ranks x threads.
cat >ten.yaml <<'YAML'
data: {files: [ten.h5], arrays: {features: x, labels: y}, split: {method: random}, classes: [a, b, c, d, e, f, g, h, i, "j, \"k\""], signal: d}
model: {layers: [dense: {units: 24, activation: relu}, dense: {units: 10, activation: softmax}]}
train: {batch_size: 50, epochs: 4, optimizer: {adam: {learning_rate: 0.01}}}
early_stopping: {monitor: val_auc}
YAML
for shape in 1x1 2x1 3x2; do
  "$MPIRUN" "${shape%x*}" "$jetrain" train ten.yaml --threads "${shape#*x}" --out ten-$shape \
    --set validation.ranks=$([ $shape = 1x1 ] && echo root || echo all) >ten-$shape.txt 2>&1 || fail "$(cat ten-$shape.txt)"
  for key in weights_hash val_auc val_rejection_30; do
    [ "$(value ten-1x1/result.json $key)" = "$(value ten-$shape/result.json $key)" ] || fail "$shape: another $key"
  done
done
grep -q "val_auc 0.9" ten-1x1.txt && grep -q "called j, \"k\"" ten-1x1.txt || fail "$(cat ten-1x1.txt)"
"$MPIRUN" 2 "$jetrain" evaluate ten-1x1/best.h5 ten.h5 --split validation --json ten.json --roc ten_roc.csv >ten_evaluate.txt
"$MPIRUN" 2 "$jetrain" predict ten-1x1/best.h5 ten.h5 ten_scores.h5 >/dev/null
"$jetrain" predict ten-1x1/best.h5 ten.h5 ten_scores.csv >/dev/null
"$jetrain" metrics ten_scores.h5 --signal d --json ten_metrics.json >ten_metrics.txt
/usr/bin/python3 - <<'PYTHON' || fail "ten classes: other figures"
import csv, json, h5py, numpy as np
def auc(s, b):
    return (s[:, None] > b[None]).mean() + 0.5 * (s[:, None] == b[None]).mean()
def rejection(s, b, at):
    t = np.unique(np.concatenate([s, b]))[::-1]
    es, eb = (np.array([0.0] + [(v >= u).mean() for u in t]) for v in (s, b))
    i = np.argmax(es >= at)
    e = eb[i-1] + (at - es[i-1]) / (es[i] - es[i-1]) * (eb[i] - eb[i-1])
    return 1 / e if e else None
with h5py.File("ten_scores.h5") as f:
    p, y, score = f["outputs"][:].astype("f8"), f["label"][:], f["score"][:]
    names = f["outputs"].attrs["classes"].decode().split("\n")
assert names == list("abcdefghi") + ['j, "k"'] and (score == p[:, 3].astype("f4")).all()
with open("ten_scores.csv") as f:
    rows = list(csv.reader(f))
assert rows[0] == ["row", "label", "score"] + ["output_" + n for n in names]
assert np.allclose(np.array(rows[1:], float)[:, 3:], p, atol=0, rtol=1e-7)
near = lambda a, b: (a is None and b is None) or abs(a - b) < 1e-9 * abs(b)
m = json.load(open("ten_metrics.json"))["taggers"][0]
aucs = [auc(p[y == k, k], p[y != k, k]) for k in range(10)]
assert near(m["auc"], np.mean(aucs)) and near(m["accuracy"], (p.argmax(1) == y).mean())
for k, c in enumerate(m["classes"]):
    assert c["name"] == names[k] and c["jets"] == (y == k).sum() and near(c["auc"], aucs[k])
    assert c["called"] == [((y == k) & (p.argmax(1) == j)).sum() for j in range(10)]
    d = p[:, 3] / (p[:, 3] + p[:, k])
    assert k == 3 or near(c["rejection_50"], rejection(d[y == 3], d[y == k], 0.5)), (k, c)
e, r = json.load(open("ten.json")), json.load(open("ten-1x1/result.json"))
assert e["auc"] == r["best"]["val_auc"] and e["classes"] == r["classes"] and e["jets"] == 600
assert near(e["auc"], np.mean([c["auc"] for c in e["classes"]]))
assert e["rejection_50"] == min(c["rejection_50"] for c in e["classes"] if c["rejection_50"] is not None)
history = list(csv.DictReader(open("ten-1x1/history.csv")))
assert float(history[r["best_epoch"] - 1]["val_auc"]) == e["auc"]
assert {l[0] for l in csv.reader(open("ten_roc.csv"))} == {"class", *names}
PYTHON
if command -v gnuplot >/dev/null; then
  "$jetrain" report ten-1x1 --predictions ten_scores.csv --signal d --out ten.html >/dev/null
  grep -q "Telling classes apart" ten.html && grep -q "Confusion of ten-1x1" ten.html || fail "no classes in the report"
  "$jetrain" report ten-1x1 --format svg --out ten_pictures >/dev/null
  [ -s ten_pictures/confusion.svg ] && [ -s ten_pictures/roc_classes.svg ] || fail "no pictures of the classes"
  "$jetrain" train ten.yaml --set seed=2 --out ten-other --quiet
  "$jetrain" report ten-1x1 ten-other --out both.html >/dev/null
  grep -q "are not scored on the same jets" both.html || fail "runs on different jets are compared without a word"
  "$jetrain" report ten-1x1 ten-2x1 --out same.html >/dev/null
  ! grep -q "are not scored on the same jets" same.html || fail "runs on the same jets are called different"
fi

# Jets, two by two bins; the same figures on two ranks.
"$jetrain" generate jets.h5 --jets 600 --seed 2 >/dev/null
cat >jets.yaml <<'YAML'
data: {files: [jets.h5]}
image: {bins: 8}
model: {layers: [flatten, {dense: {units: 8, activation: relu}}, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 32, epochs: 2, optimizer: {adam: {learning_rate: 0.003}}}
YAML
"$jetrain" train jets.yaml --out jets --quiet
if command -v script >/dev/null; then  # on a terminal, the line of an epoch keeps to one, and its bar is what is cut
  SHELL=/bin/bash script -qec "'$jetrain' train jets.yaml --out shown" shown.txt >/dev/null
  grep -qP '\x1b\[\?7lepoch   1  loss 0\.[0-9]{4}  [0-9]+ jets/s  [0-9]+ s left  \[=+ *\]\x1b\[\?7h' shown.txt || fail "$(cat -v shown.txt)"
fi
bins=pt:550,575,600,625,650
"$jetrain" evaluate jets/best.h5 jets.h5 --bins $bins --json one.json >one.txt
"$MPIRUN" 2 "$jetrain" evaluate jets/best.h5 jets.h5 --bins $bins --json two.json >two.txt
cmp -s one.json two.json || fail "bins: other figures on two ranks"
"$jetrain" predict jets/best.h5 jets.h5 jets_scores.h5 >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "bins: other figures"
import json, h5py, numpy as np
import pandas as pd
d = pd.read_hdf("jets.h5", "table")
px, py = (d[[f"{c}_{i}" for i in range(200)]].to_numpy("f8").sum(1) for c in ("PX", "PY"))
pt = np.hypot(px, py)
with h5py.File("jets_scores.h5") as f:
    score, label = f["score"][:], f["label"][:]
found = json.load(open("one.json"))["bins"]
inside = (pt >= 550) & (pt <= 650)
assert found["outside"] == (~inside).sum()
signal = np.sort(score[inside & (label == 1)])[::-1]
threshold = signal[int(np.ceil(len(signal) / 2)) - 1]
assert abs(found["threshold"] - threshold) < 1e-7
for b in found["bins"]:
    here = (pt >= b["low"]) & ((pt < b["high"]) | ((b["high"] == 650) & (pt <= 650)))
    assert b["jets"] == here.sum(), b
    background = score[here & (label == 0)]
    e = (background >= threshold).mean()
    assert abs(b["background_efficiency"] - e) < 1e-12
    assert abs(b["background_efficiency_error"] - np.sqrt(e * (1 - e) / len(background))) < 1e-12
    assert abs(b["accuracy"] - ((score[here] > 0.5) == label[here]).mean()) < 1e-12 and b["accuracy_error"] > 0
PYTHON
# The same of three classes with weights, the signal not the last: predictions say which it is, and carry the weights.
/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
import pandas as pd
d = pd.read_hdf("jets.h5", "table")
momenta = np.stack([d[[f"{c}_{i}" for i in range(200)]].to_numpy() for c in ("E", "PX", "PY", "PZ")], -1)
for name in "three.h5", "unweighted.h5", "bare.h5":
    with h5py.File(name, "w") as f:
        f["Pmu"] = momenta
        if name != "bare.h5": f["is_signal"] = np.arange(len(d)) % 3
        if name == "three.h5": f["w"] = np.random.default_rng(4).gamma(2, size=len(d)).astype("f4")
PYTHON
"$jetrain" train jets.yaml --set data.files=three.h5 --set data.preset=pelican --set 'data.classes=[q, g, t]' \
  --set data.signal=g --set data.weights=w --set 'model.layers=[flatten, dense: {units: 3, activation: softmax}]' \
  --out three --quiet
for ranks in 1 3; do
  "$MPIRUN" $ranks "$jetrain" evaluate three/best.h5 three.h5 --bins $bins --json three_$ranks.json >three_$ranks.txt
done
cmp -s three_1.json three_3.json || fail "bins of three classes: other figures on three ranks"
grep -q "^pt (GeV) *jets *accuracy *mean AUC *eps_S *eps_B$" three_1.txt || fail "$(cat three_1.txt)"
for name in three_scores.h5 three_scores.csv; do
  "$MPIRUN" 2 "$jetrain" predict three/best.h5 three.h5 $name --weights >/dev/null
  "$jetrain" metrics $name --weight weight --bootstrap 0 --json $name.json >/dev/null
done
/usr/bin/python3 - <<'PYTHON' || fail "bins: other figures of three classes"
import h5py, json, numpy as np
with h5py.File("three_scores.h5") as f:
    p, label, w = f["outputs"][:].astype("f8"), f["label"][:], f["weight"][:].astype("f8")
    assert (f["score"][:] == f["outputs"][:, 1]).all()
with h5py.File("three.h5") as f:
    px, py = f["Pmu"][:, :, 1].sum(1, dtype="f8"), f["Pmu"][:, :, 2].sum(1, dtype="f8")
    assert (f["w"][:] == w).all()
pt, signal = np.hypot(px, py), label == 1
def auc(score, is_it, w):
    pairs = (score[is_it][:, None] > score[~is_it]) + 0.5 * (score[is_it][:, None] == score[~is_it])
    return (pairs * w[is_it][:, None] * w[~is_it]).sum() / w[is_it].sum() / w[~is_it].sum()
def close(a, b, by=1e-12): return abs(a - b) < by * max(1, abs(b))
whole = json.load(open("three_1.json"))
for name, by in ("three_scores.h5", 1e-12), ("three_scores.csv", 1e-6):  # CSV's digits are those of float32
    tagger = json.load(open(name + ".json"))["taggers"][0]
    assert tagger["signal"] == "g", tagger
    for key in "auc", "accuracy":
        assert close(tagger[key], whole[key], by), (name, key, tagger, whole)
    for ours, theirs in zip(tagger["classes"], whole["classes"]):
        assert ours["name"] == theirs["name"] and close(ours["auc"], theirs["auc"], by), (name, ours, theirs)
        for key in ("rejection_30", "rejection_50") if ours["name"] != "g" else ():
            assert close(ours[key], theirs[key], by), (name, ours, theirs)
found = whole["bins"]
inside = (pt >= 550) & (pt <= 650)
score = p[inside & signal, 1]
falling = np.argsort(-score, kind="stable")
kept = np.cumsum(w[inside & signal][falling])
threshold = score[falling][np.searchsorted(kept, kept[-1] / 2)]
assert close(found["threshold"], threshold) and found["outside"] == (~inside).sum()
for b in found["bins"]:
    here = (pt >= b["low"]) & ((pt < b["high"]) | ((b["high"] == 650) & (pt <= 650)))
    assert b["jets"] == here.sum() and "rejection_50" not in b, b
    assert close(b["accuracy"], w[here & (p.argmax(1) == label)].sum() / w[here].sum()), b
    assert close(b["auc"], np.mean([auc(p[here, k], label[here] == k, w[here]) for k in range(3)])), b
    assert b["auc_error"] > 0 and b["accuracy_error"] > 0
    for what, which in ("signal", here & signal), ("background", here & ~signal):
        v = w[which]
        e = v[p[which, 1] >= threshold].sum() / v.sum()
        assert close(b[what + "_efficiency"], e), (b, e)
        assert close(b[what + "_efficiency_error"], np.sqrt(e * (1 - e) * (v**2).sum()) / v.sum()), b
PYTHON
# Weights that the config names must be there, for those who look at them.
says 1 "unweighted.h5 has no column w" "$MPIRUN" 2 "$jetrain" evaluate three/best.h5 unweighted.h5
says 1 "unweighted.h5 has no column w" "$MPIRUN" 2 "$jetrain" predict three/best.h5 unweighted.h5 no.h5 --weights
says 2 "the model's config names no weights" "$jetrain" predict jets/best.h5 jets.h5 no.h5 --weights
"$jetrain" predict three/best.h5 unweighted.h5 unweighted_scores.h5 >/dev/null
# Jets of which nobody knows what they are, are not called QCD.
"$jetrain" inspect bare.h5 >said.txt
grep -q "constituents *mean [0-9.]*$" said.txt && grep -q "jet mass *median [0-9.]* GeV$" said.txt && ! grep -q QCD said.txt ||
  fail "inspect of jets without labels: $(cat said.txt)"
for quantity in mass:0,100,300 eta:-3,0,3 multiplicity:1,40,200; do
  "$jetrain" evaluate jets/best.h5 jets.h5 --bins $quantity | contains "to .* +- " || fail "no figures by $quantity"
done
says 2 "is no quantity" "$jetrain" evaluate jets/best.h5 jets.h5 --bins colour:1,2
says 2 "is not above" "$jetrain" evaluate jets/best.h5 jets.h5 --bins pt:600,600
says 2 "picture bins.gif: must end in .svg, .png or .pdf" "$jetrain" evaluate jets/best.h5 jets.h5 --bins $bins --picture bins.gif
says 2 "plain arrays have no pt" "$MPIRUN" 2 "$jetrain" evaluate int64/best.h5 int64.h5 --bins pt:1,2
if command -v gnuplot >/dev/null; then
  "$jetrain" evaluate jets/best.h5 jets.h5 --bins $bins --picture bins.svg >/dev/null
  [ -s bins.svg ] || fail "no picture of the bins"
  # Names of classes are texts, whatever signs they have.
  "$jetrain" train jets.yaml --set "data.classes=[\"b's\", \"'t\"]" --set train.epochs=1 --out named --quiet
  "$jetrain" report named --format svg --out pictures >said.txt 2>&1 || fail "$(cat said.txt)"
  grep -q "share of 't<" pictures/calibration.svg || fail "the signal's name is not drawn"
fi

# Scores that are no numbers, and no probabilities; files of other kinds.
"$jetrain" convert int64/best.h5 weights.npz >/dev/null
/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
weights = np.load("weights.npz")
np.savez("huge.npz", **{k: np.full_like(weights[k], 3e38) for k in weights.files})
rng = np.random.default_rng(2)
y = np.arange(500) % 2
s = np.clip(.5 + .2 * (2 * y - 1) * rng.random(500) + .2 * rng.normal(size=500), .01, .99)
w = rng.random(500) + .1
np.savez("m.npz", score=s, label=y, weight=w)
np.savez_compressed("small.npz", score=s, label=y, weight=w)
with h5py.File("m.h5", "w") as f:
    f["score"], f["label"], f["weight"] = s, y, w
with h5py.File("fewer.h5", "w") as f:
    f["score"], f["label"] = s[1:], y[1:]
with h5py.File("logits.h5", "w") as f:
    f["score"], f["label"] = np.log(s / (1 - s)), y
for kind in ("root", "parquet", "pkl", "odd"):
    open("m." + kind, "wb").write(bytes(100))
pairs = (s[y == 1][:, None] > s[y == 0][None]) + .5 * (s[y == 1][:, None] == s[y == 0][None])
ww = w[y == 1][:, None] * w[y == 0][None]
open("expected.txt", "w").write(f"{(pairs * ww).sum() / ww.sum():.4f} {w[(s > .5) == y].sum() / w.sum():.4f}")
PYTHON
"$jetrain" convert huge.npz huge.h5 --config int64/config.yaml >/dev/null
for verb in "evaluate huge.h5 int64.h5" "predict huge.h5 int64.h5 nan_scores.h5"; do
  says 1 "int64.h5, row 0: the model's score is NaN or infinite: its weights are finite" "$MPIRUN" 2 "$jetrain" $verb
done
[ ! -e nan_scores.h5 ] || fail "scores that are no numbers were written"
for file in m.h5 m.npz small.npz; do
  "$jetrain" metrics $file --weight weight --bootstrap 0 --json weighted.json --overwrite >/dev/null
  /usr/bin/python3 -c '
import json
t = json.load(open("weighted.json"))["taggers"][0]
assert "{auc:.4f} {accuracy:.4f}".format(**t) == open("expected.txt").read(), t' || fail "$file: other weighted figures"
done
"$jetrain" metrics logits.h5 --bootstrap 0 | contains "are no probabilities: .*--threshold 0" || fail "logits are cut without a word"
! "$jetrain" metrics logits.h5 --bootstrap 0 --threshold 0 | contains probabilities || fail "a threshold of logits is doubted"
"$jetrain" metrics m.h5 fewer.h5 --bootstrap 0 | contains "are not of the same jets" || fail "other jets without a word"
! "$jetrain" metrics m.h5 m.npz --bootstrap 0 | contains "same jets" || fail "the same jets are called different"
says 2 "uproot.open" "$jetrain" metrics m.root
says 2 "pandas.read_parquet" "$jetrain" metrics m.parquet
says 2 "pandas.read_pickle" "$jetrain" metrics m.pkl
says 2 "give it that ending" "$jetrain" metrics m.odd
echo "classes hold"
