#!/usr/bin/env bash
# start_test.sh JETRAIN: trainings that begin with another one's weights, freeze layers and give them rates of their own
# end with the same bits on 1x1, 2x1, 3x1 and 2x2 ranks x threads, and when they were resumed where the other's file is
# gone; they know whose weights they began with; what cannot be meant is refused with one message.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../support/same_bits.sh"
weights_hash() { sed -n 's/^  "weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }  # not the parent's
says() { grep -qF -- "$2" "$1.txt" || fail "$1 does not say \"$2\": $(cat "$1.txt")"; }
refused() {  # refused TEXT ARGUMENT...: three ranks that train into $out say so, once
  local text=$1
  shift
  "$MPIRUN" 3 "$jetrain" train --out "${out:-refused}" "$@" >refused.txt 2>&1 && fail "taken: $*"
  [ "$(grep -c "^jetrain: .*$text" refused.txt)" = 1 ] && [ "$(grep -c "^jetrain:" refused.txt)" = 1 ] ||
    fail "$*: $(cat refused.txt)"
}

/usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
rng = np.random.default_rng(1)
for name, shift in (("rows.h5", 0.0), ("shifted.h5", 0.5)):
    labels = np.arange(400) % 2
    x = rng.normal(size=(400, 6)).astype("f4") + np.float32(shift)
    x[:, 0] += labels
    with h5py.File(name, "w") as f:
        f["x"], f["y"] = x, labels
np.savez("nan.npz", **{"dense/kernel": np.full((6, 7), np.nan, "f4"), "dense/bias": np.zeros(7, "f4")})
np.savez("other.npz", **{"arr_0": np.zeros(7, "f4")})
PYTHON
cat >rows.yaml <<'YAML'
data: {files: [rows.h5], arrays: {features: x, labels: y}, split: {method: random}, classes: [background, signal]}
model:
  layers:
    - standardize
    - dense: {units: 7}
    - batch_norm
    - relu
    - dropout: {rate: 0.2}
    - dense: {units: 5, activation: relu}
    - dense: {units: 2, activation: softmax}
  regularizer: {l2: 0.001}
train: {batch_size: 40, epochs: 2, optimizer: {adamw: {learning_rate: 0.01, weight_decay: 0.1}}}
early_stopping: {enabled: false}
validation: {ranks: all}
YAML
train rows.yaml parent 2 1
grep -q '"start"' parent/result.json && fail "the parent has a parent"

# A new run with another rate on other data. The layers below the lowest trained one keep their bits.
tuned=(--set train.start.model=parent/best.h5 --set data.files=shifted.h5 --set 'train.freeze=[dense, batch_norm]'
  --set 'train.learning_rate_factors={dense_1: 0.5}' --set train.optimizer.adamw.learning_rate=0.002)
for shape in 1x1 2x1 3x1 2x2; do
  train rows.yaml tuned-$shape ${shape%x*} ${shape#*x} "${tuned[@]}"
  same tuned-1x1 tuned-$shape
  cmp tuned-1x1/best.h5 tuned-$shape/best.h5 || fail "tuned-$shape: another best.h5"
done
says tuned-3x1 "started from parent/best.h5 (weights $(weights_hash parent))"
says tuned-3x1 "  taken    standardize, dense, batch_norm, dense_1, dense_2"
says tuned-3x1 "train.optimizer.adamw.learning_rate 0.01 -> 0.002"
"$jetrain" convert parent/best.h5 parent.npz >/dev/null
"$jetrain" convert tuned-1x1/best.h5 tuned.npz >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "other layers moved than those that are trained"
import numpy as np
parent, tuned = np.load("parent.npz"), np.load("tuned.npz")
moved = sorted(name for name in parent if parent[name].tobytes() != tuned[name].tobytes())
print("moved:", moved)
assert moved == ["dense_1/bias", "dense_1/kernel", "dense_2/bias", "dense_2/kernel"]
PYTHON

# The parent's folder is not overwritten.
"$MPIRUN" 2 "$jetrain" train rows.yaml --out parent --overwrite --set train.start.model=parent/best.h5 >own.txt 2>&1 && fail "the parent is overwritten"
[ "$(grep -c "^jetrain: .*train.start.model: parent/best.h5 lies in parent, which --overwrite clears" own.txt)" = 1 ] || fail "$(cat own.txt)"
[ -e parent/best.h5 ] || fail "the parent is gone"

# Killed and resumed on other ranks, where the parent is gone.
train rows.yaml resumed 3 1 "${tuned[@]}" --set checkpoint.every_steps=3 --set checkpoint.keep=1000
rm resumed/result.json
find resumed/checkpoints -name '*.h5' | sort | tail -n +2 | xargs rm
mv parent elsewhere
train rows.yaml resumed 2 1 "${tuned[@]}" --set checkpoint.every_steps=3 --resume
mv elsewhere parent
says resumed "goes on at epoch 1, after step 0"  # one is written before the first step
same tuned-1x1 resumed
/usr/bin/python3 -c 'import h5py, json
stored, said = (json.loads(h5py.File(f"{run}/best.h5")["start"][()]) for run in ("resumed", "tuned-1x1"))
assert all(stored[key] == said[key] for key in ("model", "weights_hash", "taken", "left", "new")), stored' ||
  fail "resumed: it does not know whose weights it began with"

# The same from an .npz, which says nothing of its origin; other layers than the parent's.
train rows.yaml from-npz 2 1 "${tuned[@]}" --set train.start.model=parent.npz
says from-npz "says neither what its network saw nor which classes"
same tuned-1x1 from-npz
[ "$(grep -c "\"weights_hash\": \"$(weights_hash parent)\"" from-npz/result.json)" = 1 ] || fail "the .npz has another hash"
train rows.yaml head 1 1 --set train.start.model=parent/best.h5 --set train.start.layers='dense*' --set model.layers.5.dense.units=6
says head "  taken    dense"
says head "  left     batch_norm is not asked for; dense_1 bias is (5) there and (6) here; dense_2 kernel is (5, 2) there and (6, 2) here; standardize is not asked for"
says head "  new      standardize, batch_norm, dense_1, dense_2"
train rows.yaml anew 1 1 --set train.start.model=parent/best.h5 --set train.start.except=dense_2
differ anew parent

# A chain of three is in the last one's files, and in the report.
train rows.yaml third 1 1 --set train.start.model=tuned-1x1/best.h5 --set seed=5
/usr/bin/python3 - <<'PYTHON' || fail "the chain is not as it was: $(cat third/result.json)"
import h5py, json
result = json.load(open("third/result.json"))
stored = json.loads(h5py.File("third/best.h5")["start"][()])
assert result["start"] == stored, stored
assert [a["model"] for a in stored["ancestors"]] == ["parent/best.h5"]
assert stored["model"] == "tuned-1x1/best.h5"
assert stored["weights_hash"] == json.load(open("tuned-1x1/result.json"))["weights_hash"]
assert {"key": "seed", "before": "1", "now": "5"} in stored["changed"], stored
PYTHON
if command -v gnuplot >/dev/null; then
  "$jetrain" report third --out third.html >/dev/null
  grep -q "What third began with" third.html || fail "the report has no chain"
  grep -q "parent/best.h5" third.html || fail "the report does not name the parent's parent"
fi

# What cannot be meant.
start=(rows.yaml --set train.start.model=parent/best.h5)
refused "train.start.layers: in parent/best.h5: conv\* matches no layer: there are batch_norm, dense" "${start[@]}" --set 'train.start.layers=[conv*]'
refused "train.start.except: in parent/best.h5: desne matches no layer (did you mean dense?)" "${start[@]}" --set train.start.except=desne
refused "no layer is taken" "${start[@]}" --set train.start.layers=dense_2 --set model.layers.5.dense.units=6
refused "no layer is taken.*there is none of the form LAYER/kernel" rows.yaml --set train.start.model=other.npz
refused "the classes stand in another order: there background, signal, here signal, background" "${start[@]}" --set 'data.classes=[signal, background]'
refused "dense/kernel holds nan (number 0)" rows.yaml --set train.start.model=nan.npz
refused "rows.h5 is not a jetrain model" rows.yaml --set train.start.model=rows.h5
refused "parent is a folder: give the model in it, parent/best.h5" rows.yaml --set train.start.model=parent
refused "nowhere.h5" rows.yaml --set train.start.model=nowhere.h5
refused "train.start.layers: is given without train.start.model" rows.yaml --set train.start.layers=dense
refused "train.freeze: all layers with weights are frozen" rows.yaml --set "train.freeze='*'"
"$jetrain" generate jets.h5 --jets 300 --seed 3 >/dev/null
cat >set.yaml <<'YAML'
data: {files: [jets.h5]}
input: constituents
model: {layers: [dense: {units: 4}, sum_pool, dense: {units: 2, activation: softmax}]}
train: {epochs: 1}
YAML
train set.yaml set 1 1
refused "the constituents have other features, or in another order: there eta_rel, phi_rel, .*, here phi_rel, eta_rel" set.yaml \
  --set train.start.model=set/best.h5 --set 'constituents.features=[phi_rel, eta_rel, log_pt, log_e, log_pt_rel, log_e_rel, delta_r]'
refused "that network has input: constituents, this one arrays" rows.yaml --set train.start.model=set/best.h5
train set.yaml fewer 1 1 --set train.start.model=set/best.h5 --set constituents.most=20
says fewer "the input is made in another way than the one that these weights were trained on: constituents.most differ"
echo "trainings that begin with other weights: the same bits, their chain, and what is refused"
