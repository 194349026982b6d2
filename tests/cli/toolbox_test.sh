#!/usr/bin/env bash
# toolbox_test.sh JETRAIN: every layer, loss, optimizer, schedule and kind of data gives the same bits on 1x1, 2x1, 3x1
# and 2x2 ranks x threads, also when the training was stopped and resumed in between; and the tutorial's examples find
# what they should. Small networks on a few hundred jets.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
configs=$TEST_DATA_DIR/../../configs
source "$(dirname "${BASH_SOURCE[0]}")/../support/same_bits.sh"

# matrix NAME [ARGUMENT...]: all shapes of a job, and a resumed one, end alike
matrix() {
  local name=$1 shape
  shift
  for shape in 1x1 2x1 3x1 2x2; do
    train "$config" "$name-$shape" "${shape%x*}" "${shape#*x}" "$@"
    same "$name-1x1" "$name-$shape"
  done
  # Back to the first checkpoint, and on with another number of ranks.
  train "$config" "$name-resumed" 3 1 "$@" --set checkpoint.every_steps=3 --set checkpoint.keep=1000
  rm "$name-resumed/result.json"
  find "$name-resumed/checkpoints" -name '*.h5' | sort | tail -n +2 | xargs rm
  train "$config" "$name-resumed" 2 1 "$@" --resume
  grep -q "goes on at epoch 1, after step 3" "$name-resumed.txt" || fail "$(cat "$name-resumed.txt")"
  same "$name-1x1" "$name-resumed"
  echo "same bits: $name $(weights_hash "$name-1x1")"
}

"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 400 --seed 3 >/dev/null
config=base.yaml
cat >$config <<'YAML'
data: {files: [jets.h5], high_level: [mass, multiplicity, tau_32]}
image: {bins: 10, channels: [pt, energy, mass, multiplicity], flip: true}
augmentation: {flip: true, rotate_degrees: 20, smear: 0.01, smear_pt: 0.05}
model:
  regularizer: {l1: 1.0e-5, l2: 1.0e-4}
  layers:
    - conv2d: {filters: 4, kernel: 3, stride: 2, groups: 2, padding: same, activation: leaky_relu}
    - batch_norm
    - residual: {layers: [conv2d: {filters: 6, kernel: 3, padding: same, activation: gelu, initializer: he_normal}, group_norm: {groups: 3}]}
    - max_pool2d: {size: 3, stride: 2, padding: same}
    - avg_pool2d: {size: 2, stride: 1}
    - elu
    - residual: {layers: [conv2d: {filters: 6, kernel: 1, use_bias: false, initializer: lecun_uniform}], activation: tanh}
    - global_avg_pool2d
    - features: {layers: [standardize, dense: {units: 4, activation: relu}]}
    - layer_norm
    - dropout: {rate: 0.2}
    - dense: {units: 6, activation: sigmoid}
    - dense: {units: 2, activation: softmax}
train:
  batch_size: 40
  epochs: 2
  loss: {cross_entropy: {label_smoothing: 0.05, class_weights: [1.2, 0.8]}}
early_stopping: {enabled: false}
YAML
matrix layers --set train.average.decay=0.99 --set train.clip.norm=1 --set train.clip.value=0.5
# The image cache holds what training and validation need: clouds to augment, and images with their features.
for ranks in 2 3; do
  train "$config" cached_$ranks $ranks 1 --set data.cache=cache.h5 --set train.average.decay=0.99 --set train.clip.norm=1 --set train.clip.value=0.5
  same layers-1x1 cached_$ranks
done
grep -q "from the cache" cached_3.txt || fail "the cache was not used: $(cat cached_3.txt)"
train "$config" not_augmented 1 1 --set data.cache=cache.h5 --set augmentation={}
grep -q "stale" not_augmented.txt || fail "a cache of clouds was taken for images: $(cat not_augmented.txt)"
plain=(--set augmentation.flip=false --set augmentation.rotate_degrees=0 --set augmentation.smear=0 --set augmentation.smear_pt=0)
plain+=(--set 'data.high_level=[]' --set 'image.channels=[pt]' --set 'model.layers=[flatten, dense: {units: 3, activation: elu}, dense: {units: 2, activation: softmax}]')
i=0
schedules=(constant '{step: {every_epochs: 1}}' '{exponential: {factor: 0.5}}' cosine '{reduce_on_plateau: {patience: 1, factor: 0.5, min_delta: 10}}'
  '{one_cycle: {up_epochs: 0.5, down_epochs: 0.5, anneal: cosine}}' flat_with_decay '{cosine_restarts: {first_epochs: 0.4, peak_factor: 0.5}}'
  '{polynomial: {power: 0.9}}')
for optimizer in sgd '{sgd: {momentum: 0.9}}' '{sgd: {momentum: 0.9, nesterov: true}}' adagrad adadelta rmsprop adamw lars lamb radam lion muon; do
  matrix "optimizer_$i" "${plain[@]}" --set "train.optimizer=$optimizer" --set "train.schedule=${schedules[$((i % ${#schedules[@]}))]}" \
    --set train.warmup.epochs=0.5 --set train.lr_scaling=sqrt
  i=$((i + 1))
done
matrix ranger "${plain[@]}" --set 'train.optimizer={radam: {beta_1: 0.95, weight_decay: 0.01}}' --set train.lookahead.every_steps=2
matrix equal_average --set 'train.average={equal: {from_epoch: 1, every_steps: 2, learning_rate_factor: 0.5}}'
grep -q 'from epoch 1 on, the mean of the weights after each 2 steps' equal_average-1x1.txt || fail "$(cat equal_average-1x1.txt)"
matrix larger_batches "${plain[@]}" --set 'train.batch_schedule=[{from_epoch: 2, batch_size: 100}]' --set train.lr_scaling=linear
grep -q 'global batch 100 from epoch 2 on: 3 steps an epoch' larger_batches-1x1.txt || fail "$(cat larger_batches-1x1.txt)"
matrix binary "${plain[@]}" --set train.loss=binary_cross_entropy --set 'model.layers=[standardize, flatten, dense: {units: 1, activation: sigmoid}]'
matrix squares "${plain[@]}" --set train.loss=mean_squared_error

# The tutorial's line and plane.
"$jetrain" generate line.h5 --kind line --rows 1000 >/dev/null
config=$configs/line_fit.yaml
matrix lines --set data.files=line.h5 --set train.epochs=1
train $config line 1 1 --set data.files=line.h5
/usr/bin/python3 - <<'PYTHON' || fail "the line was not found"
import h5py
with h5py.File("line/best.h5") as model:
    slope, offset = model["weights/dense/kernel"][0, 0], model["weights/dense/bias"][0]
print(f"line: y = {slope:.4f} x + {offset:.4f}")
assert abs(slope - 3) < 0.03 and abs(offset - 1) < 0.03
PYTHON
"$jetrain" generate gaussians.h5 --kind gaussians --rows 1000 >/dev/null
config=$configs/two_gaussians.yaml
matrix planes --set data.files=gaussians.h5 --set train.epochs=1
train $config plane 1 1 --set data.files=gaussians.h5
"$jetrain" predict plane/best.h5 --grid=-4:4:41 grid.h5 >/dev/null
"$MPIRUN" 2 "$jetrain" evaluate plane/best.h5 gaussians.h5 --json plane.json >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "the classes were not told apart"
import h5py, json
with h5py.File("grid.h5") as grid:
    score = grid["score"][:]
assert score.shape == (41, 41) and score[0, 0] < 0.1 and score[40, 40] > 0.9
assert abs(score[0, 40] - 0.5) < 0.49  # the far corners lie on the border
best = 0.9214  # the share that the perfect classifier gets right: Phi(sqrt(2))
accuracy = json.load(open("plane.json"))["accuracy"]
print(f"plane: accuracy {accuracy}, at best {best} on average")
assert accuracy > best - 0.03
PYTHON

# Labels of three classes, one-hot; images as plain arrays; a row that is not good.
/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
classes = np.arange(300) % 3
images = rng.normal(size=(300, 2, 4, 5)).astype("f4")
images[np.arange(300), 0, classes, 0] += 3
with h5py.File("three.h5", "w") as f:
    f["x"], f["y"] = images, np.eye(3, dtype="i4")[classes]
images[17, 1, 2, 3] = np.nan
with h5py.File("bad.h5", "w") as f:
    f["x"], f["y"] = images, classes
PYTHON
config=three.yaml
cat >$config <<'YAML'
data: {files: [three.h5], arrays: {features: x, labels: y}, split: {method: random}}
model: {layers: [standardize, conv2d: {filters: 4, kernel: 3, activation: relu}, flatten, dense: {units: 3, activation: softmax}]}
train: {batch_size: 20, epochs: 6, optimizer: {adam: {learning_rate: 0.02}}}
YAML
matrix three
"$jetrain" predict three-1x1/best.h5 three.h5 three_scores.h5 >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "three classes were not told apart"
import h5py, numpy as np
with h5py.File("three_scores.h5") as f:
    outputs, labels = f["outputs"][:], f["label"][:]
assert outputs.shape == (300, 3) and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)
assert (outputs.argmax(axis=1) == labels).mean() > 0.85
PYTHON
# The same images with their axes in other orders, and with one channel, which files may leave out.
/usr/bin/python3 - <<'PYTHON'
import h5py
with h5py.File("three.h5") as f:
    x, y = f["x"][:], f["y"][:]
for name, images in (("last", x.transpose(0, 2, 3, 1)), ("one", x[:, :1]), ("none", x[:, 0]), ("one_last", x[:, 0, :, :, None])):
    with h5py.File(name + ".h5", "w") as f:
        f["x"], f["y"] = images, y
PYTHON
train $config last 2 1 --set data.files=last.h5 --set data.arrays.layout=channels_last
same three-1x1 last
for layout in one:channels_first none:channels_first none:channels_last one_last:channels_last; do
  train $config "of_$layout" 1 1 --set "data.files=${layout%:*}.h5" --set "data.arrays.layout=${layout#*:}"
  same of_one:channels_first "of_$layout"
done
refused() {  # refused TEXT ARGUMENT...: the training says so, once
  local text=$1
  shift
  "$MPIRUN" 3 "$jetrain" train "$config" --out refused "$@" >refused.txt 2>&1 && fail "taken: $*"
  [ "$(grep -c "^jetrain: .*$text" refused.txt)" = 1 ] || fail "$*: $(cat refused.txt)"
}
refused "on an input only" --set 'model.layers=[flatten, standardize, dense: {units: 3, activation: softmax}]'
refused "bad.h5, row 17: a value is NaN" --set data.files=bad.h5
refused "has the class 2" --set data.files=bad.h5 --set data.on_bad_row=skip --set 'model.layers=[flatten, dense: {units: 2, activation: softmax}]'
refused "no dataset z" --set data.arrays.labels=z
refused "has shape (300, 2, 4, 5), but samples of (7) are expected" --set 'data.arrays.shape=[7]' --set 'model.layers=[dense: {units: 3, activation: softmax}]'
refused "as it has with data.arrays.layout: channels_last, not channels_first" --set data.files=last.h5 --set 'data.arrays.shape=[2, 4, 5]'
refused "the last layer must be a softmax" --set 'model.layers=[flatten, dense: {units: 3}]'
train $config skipped 2 1 --set data.files=bad.h5 --set data.on_bad_row=skip
grep -q '"skipped_rows": 1' skipped/result.json || fail "the bad row was not counted"

# The test set is for one look.
train base.yaml looked 1 1 "${plain[@]}" --set data.split.method=column --set train.epochs=1
"$jetrain" evaluate looked/best.h5 jets.h5 --split test >look.txt
! grep -q "used" look.txt || fail "the first look is said to be another: $(cat look.txt)"
"$jetrain" evaluate looked/best.h5 jets.h5 --split test | contains "was used once before" || fail "a second look is not told"
"$jetrain" evaluate looked/best.h5 jets.h5 --split validation | contains "was used" && fail "validation is no test"
[ "$(wc -l <looked/test_set_used.txt)" = 2 ] || fail "the looks were not recorded"
echo "the toolbox holds"
