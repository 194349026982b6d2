#!/usr/bin/env bash
# weights_test.sh JETRAIN: weights of rows and reweighting of jets give the same bits on 1x1, 2x1, 3x1 and 2x2 ranks x
# threads, from a cache, and when the training was stopped and resumed; what the weights are is what the figures say.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../support/same_bits.sh"

/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
labels = np.arange(400) % 2
x = rng.normal(size=(400, 6)).astype("f4")
x[:, 0] += labels
w = rng.gamma(2.0, size=400)
with h5py.File("rows.h5", "w") as f:
    f["x"], f["y"], f["w"] = x, labels, w
    f["one"], f["two"], f["scaled"] = np.ones(400), np.full(400, 2, "i4"), w * 4
    f["signed"] = np.where(np.arange(400) % 10 == 3, -0.5, w)
    f["cut"] = np.where(f["signed"][:] < 0, 0, f["signed"][:])
    nan = w.copy(); nan[17] = np.nan
    f["nan"] = nan
    f["zeros"] = np.zeros(400)
PYTHON
config=rows.yaml
cat >$config <<'YAML'
data: {files: [rows.h5], arrays: {features: x, labels: y}, split: {method: random}, weights: w}
model: {layers: [standardize, dense: {units: 7, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 40, epochs: 2, loss: {cross_entropy: {class_weights: [1.2, 0.8]}}}
early_stopping: {enabled: false}
validation: {ranks: all}
YAML
matrix rows
train $config unweighted 2 1 --set 'data.weights=""'
train $config ones 2 1 --set data.weights=one
train $config twos 2 1 --set data.weights=two
train $config scaled 2 1 --set data.weights=scaled
same unweighted ones
same unweighted twos
same rows-1x1 scaled
differ unweighted rows-1x1
refused "row 3: the weight -0.5 is negative; say data.negative_weights: keep" --set data.weights=signed
refused "rows.h5, row 17: the weight is NaN" --set data.weights=nan
refused "has no dataset v" --set data.weights=v
refused "one number for each of the 400 rows" --set data.weights=x
refused "weights of the train set sum to 0" --set data.weights=zeros
matrix signed --set data.weights=signed --set data.negative_weights=keep
train $config zeroed 1 1 --set data.weights=signed --set data.negative_weights=zero
train $config cut 2 1 --set data.weights=cut
same cut zeroed
differ signed-1x1 zeroed

# A checkpoint of other weights is refused.
"$MPIRUN" 1 "$jetrain" train $config --out rows-resumed --resume --set data.weights=one >other.txt 2>&1 && fail "went on with other weights"
rm -rf rows-resumed/result.json
"$MPIRUN" 1 "$jetrain" train $config --out rows-resumed --resume --set data.weights=one >other.txt 2>&1 && fail "went on with other weights"
grep -q "not those that the checkpoint was trained on" other.txt || fail "$(cat other.txt)"

# What evaluate says is what the weights mean.
"$MPIRUN" 2 "$jetrain" evaluate rows-1x1/best.h5 rows.h5 --json figures.json >/dev/null
"$jetrain" predict rows-1x1/best.h5 rows.h5 scores.h5 >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "other figures than the weights say"
import h5py, json, numpy as np
with h5py.File("scores.h5") as f:
    score, label = f["score"][:].astype("f8"), f["label"][:]
with h5py.File("rows.h5") as f:
    w = f["w"][:].astype("f4").astype("f8")
figures = json.load(open("figures.json"))
accuracy = (w * ((score > 0.5) == label)).sum() / w.sum()
loss = -(w * np.log(np.where(label == 1, score, 1 - score))).sum() / w.sum()
signal, background = label == 1, label == 0
above = (score[signal][:, None] > score[background]) + 0.5 * (score[signal][:, None] == score[background])
auc = (above * w[signal][:, None] * w[background]).sum() / w[signal].sum() / w[background].sum()
print("accuracy, loss, AUC:", accuracy, loss, auc, figures)
assert abs(figures["accuracy"] - accuracy) < 1e-12
assert abs(figures["loss"] - loss) < 1e-6
assert abs(figures["auc"] - auc) < 1e-9
PYTHON

/usr/bin/python3 -c "
import h5py
with h5py.File('zeros.h5', 'w') as f, h5py.File('rows.h5') as g:
    f['x'], f['y'], f['w'] = g['x'][:], g['y'][:], g['zeros'][:]"
"$MPIRUN" 2 "$jetrain" evaluate rows-1x1/best.h5 zeros.h5 >zeros.txt 2>&1 && fail "figures of no weight: $(cat zeros.txt)"
[ "$(grep -c '^jetrain: zeros.h5: the weights of the 400 jets sum to 0' zeros.txt)" = 1 ] || fail "$(cat zeros.txt)"

# Jets, as images and as sets, reweighted by pT and mass.
"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 600 --seed 3 >/dev/null
config=jets.yaml
cat >$config <<'YAML'
data: {files: [jets.h5]}
image: {bins: 10}
augmentation: {flip: true}
model: {layers: [flatten, dense: {units: 5, activation: relu}, dense: {units: 2, activation: softmax}]}
train:
  batch_size: 40
  epochs: 2
  reweight: {to: flat, bins: {pt: {from: 550, to: 650, count: 4}, mass: [0, 100, 300]}}
early_stopping: {enabled: false}
YAML
matrix images
train $config plain 1 1 --set train.reweight={}
differ plain images-1x1
sets=(--set input=constituents --set 'model.layers=[dense: {units: 6, activation: relu}, sum_pool, dense: {units: 2, activation: softmax}]')
matrix sets "${sets[@]}" --set train.reweight.to=top
grep -q "train.reweight to class top: factors from" sets-1x1.txt || fail "$(cat sets-1x1.txt)"
refused "neither none, nor flat, nor a class" --set train.reweight.to=pions
refused "no training jet lies in the bins" --set 'train.reweight.bins.pt=[1, 2]'
/usr/bin/python3 - <<'PYTHON' || fail "the record is not what was asked for"
import h5py, json
for run in "images-1x1", "sets-1x1":
    record = json.load(open(run + "/result.json"))["reweighting"]
    with h5py.File(run + "/best.h5") as f:
        assert json.loads(f["reweighting"][()]) == record
    assert record["pt"] == [550, 575, 600, 625, 650] and record["mass"] == [0, 100, 300]
    after = [[b * f for b, f in zip(c["before"], c["factors"])] for c in record["classes"]]
    jets = sum(c["jets"] for c in record["classes"])
    assert jets + record["outside"] == json.load(open(run + "/result.json"))["training_jets"]
    for background, signal, of_signal in zip(*after, record["classes"][1]["before"]):
        if background and signal:
            wanted = of_signal if run == "sets-1x1" else signal
            assert abs(background - wanted) < 1e-9 * wanted, (background, wanted)
assert "reweighting" not in json.load(open("plain/result.json"))
PYTHON
if command -v gnuplot >/dev/null; then
  "$jetrain" report images-1x1 --format svg --out pictures >/dev/null
  for axis in pt mass; do
    grep -q "before" pictures/reweighting_$axis.svg && grep -q "as they count" pictures/reweighting_$axis.svg ||
      fail "the picture by $axis does not say which line is which"
  done
fi
# A study's members reweight each for itself, though all read the jets once.
flat='train.reweight={to: flat, bins: {pt: {from: 550, to: 650, count: 4}, mass: [0, 100, 300]}}'
for ranks in 1 2; do
  "$MPIRUN" $ranks "$jetrain" study jets.yaml --out study-$ranks --set 'train.reweight={}' --set study.repeats=1 --quiet \
    --set "study.family={variants: {variants: [{name: plain, set: []}, {name: flat, set: ['$flat']}]}}" >study.txt 2>&1 ||
    fail "study: $(cat study.txt)"
  same plain study-$ranks/trial_0000
  same images-1x1 study-$ranks/trial_0001
done
echo "weights hold"
