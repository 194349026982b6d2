#!/usr/bin/env bash
# tensorboard_test.sh JETRAIN: what log.tensorboard leaves, read by a reader of its own (tests/support/
# tensorboard_events.py): the scalars are history.csv's, the histograms and images those of the weights in best.h5; a
# run that goes on adds to them. Events change no bit of the training.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"

/usr/bin/python3 -c 'import crc32c, h5py, numpy, pandas, png' 2>/dev/null || {
  echo "SKIPPED: no python3 with crc32c, h5py, pandas and png"
  exit 77
}
cat >config.yaml <<YAML
seed: 3
data: {files: [$TEST_DATA_DIR/pandas_sample_blosc.h5], split: {method: tail, validation: 0.3}}
image: {bins: 12, channels: [pt, multiplicity]}
model:
  layers:
    - conv2d: {filters: 10, kernel: [3, 4], padding: same, activation: relu}
    - flatten
    - dense: {units: 2, activation: softmax}
train: {batch_size: 20, epochs: 2}
early_stopping: {enabled: false, restore_best: false}
YAML
train() { "$MPIRUN" 2 "$jetrain" train config.yaml "$@" >out.txt 2>&1 || { cat out.txt; fail "train $*"; }; }

train --out plain
train --out run --set log.tensorboard=true
cmp -s plain/best.h5 run/best.h5 && fail "the models should differ in their config"
hash_of() { grep weights_hash "$1/result.json"; }
[ "$(hash_of plain)" = "$(hash_of run)" ] || fail "events changed the weights"
[ ! -e plain/tensorboard ] || fail "events that nobody wanted"

train --out run --set log.tensorboard=true --set train.epochs=3 --resume
# A new run in the same place leaves nothing of the old one; every second step, no weights.
train --out other --set log.tensorboard=true
train --out other --set log.tensorboard=true --set log.every_steps=2 --set log.every_epochs=0 --overwrite

PYTHONPATH=$(dirname "${BASH_SOURCE[0]}")/../support /usr/bin/python3 - <<'PYTHON' || fail "the events"
import glob, h5py, numpy as np, pandas
from tensorboard_events import events

history = pandas.read_csv("run/history.csv").set_index("epoch")
result = pandas.read_json("run/result.json", typ="series")
read = list(events("run/tensorboard/train"))
scalars = {}
for step, tag, kind, value in read:
    if kind == "scalar":
        scalars.setdefault(tag, {})[step] = value
batches = -(-result.training_jets // 20)
assert len(glob.glob("run/tensorboard/train/*")) == 2

def same(curve, column, tolerance=0):
    assert list(curve) == list(history.index), curve
    found, expected = np.float32(list(curve.values())), np.float32(history[column])
    assert np.allclose(found, expected, rtol=0, atol=tolerance), (column, found, expected)

for tag in "loss", "accuracy", "learning_rate":
    same(scalars.pop("epoch_" + tag), tag)
same(scalars.pop("epoch_jets_per_second"), "jets_per_second", 0.1)  # which is rounded to a tenth
steps = [scalars.pop("batch_" + tag) for tag in ("loss", "accuracy", "learning_rate", "gradient_norm")]
assert not scalars, scalars.keys()
for curve in steps:
    assert list(curve) == list(range(1, 3 * batches + 1))
loss, accuracy, rate, norm = (np.array(list(curve.values())) for curve in steps)
sizes = np.array([20] * (batches - 1) + [result.training_jets - 20 * (batches - 1)])
for epoch in 1, 2, 3:
    mine = slice((epoch - 1) * batches, epoch * batches)
    for curve, name in (loss, "loss"), (accuracy, "accuracy"):
        mean = (curve[mine] * sizes).sum() / sizes.sum()
        assert abs(mean - history[name][epoch]) < 1e-6, (name, epoch, mean)
assert (norm > 0).all() and np.allclose(rate, 0.001)

validation = {}
for step, tag, kind, value in events("run/tensorboard/validation"):
    validation.setdefault(tag, {})[step] = value
for tag in "loss", "accuracy", "auc":
    same(validation.pop("epoch_" + tag), "val_" + tag)
for tag in "rejection_30", "rejection_50":  # infinite ones have no point in a chart
    finite = {step: value for step, value in history["val_" + tag].items() if np.isfinite(value)}
    assert np.allclose(list(validation.pop("epoch_" + tag, {}).values()), list(finite.values())), (tag, finite)
assert not validation, validation.keys()

with h5py.File("run/best.h5") as model:  # the last epoch's weights
    weights = {f"{layer}/{name}": array[()] for layer, group in model["weights"].items() for name, array in group.items()}
histograms = {tag: value for step, tag, kind, value in read if kind == "histogram" and step == 3}
assert set(histograms) == set(weights) and len(weights) == 4
for tag, h in histograms.items():
    w = weights[tag].ravel().astype(float)
    limits, counts = np.array(h["limits"]), np.array(h["counts"])
    assert h["num"] == w.size == counts.sum() and (h["min"], h["max"]) == (w.min(), w.max())
    assert np.isclose(h["sum"], w.sum()) and np.isclose(h["sum_squares"], (w * w).sum())
    assert limits[-1] == w.max() and (np.diff(limits) > 0).all()
    below = [(w <= limit + 1e-9).sum() for limit in limits]
    assert np.abs(np.cumsum(counts) - below).max() <= 1, tag  # a value on a border may fall on either side

kernel = weights["conv2d/kernel"]  # (rows, columns, channels, filters)
images = {tag: value for step, tag, kind, value in read if kind == "image" and step == 3}
assert sorted(images) == ["conv2d/filters/channel_0", "conv2d/filters/channel_1"]
for channel in 0, 1:
    picture = np.array([list(row) for row in images[f"conv2d/filters/channel_{channel}"]]).reshape(-1, 8 * 42 + 6, 3)
    assert len(picture) == 2 * 54 + 6  # 10 filters of 3 x 4 taps in two lines of eight
    taps = kernel[:, :, channel, :]
    for f in range(10):
        for row in range(3):
            for column in range(4):
                red, green, blue = picture[f // 8 * 54 + 12 * (3 - column) + 12, f % 8 * 42 + 12 * row + 12]
                tap = taps[row, column, f] / np.abs(taps).max()
                assert abs(tap) < 0.01 or (blue < red if tap > 0 else red < blue), (f, row, column, tap)

steps = [step for step, tag, kind, value in events("other/tensorboard/train") if tag == "batch_loss"]
assert steps == list(range(2, 2 * batches + 1, 2))
assert {kind for step, tag, kind, value in events("other/tensorboard/train")} == {"scalar"}
PYTHON
