#!/usr/bin/env bash
# export_sets_test.sh JETRAIN: what exported networks of sets give, by an interpreter of ONNX's operators in numpy
# (support/onnx_numpy.py), are the scores of jetrain predict, to 1e-5 on 1,000 jets: momenta come in in any order, with
# anything between them, and jets of no, one, two, ... constituents are among them. Where the k-th and the next neighbour
# of a constituent are as far away, to 1e-5, rounding decides between them: such jets are counted apart.
# Environment: TEST_DATA_DIR, beside which the configs and support/ are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
configs=$TEST_DATA_DIR/../../configs
/usr/bin/python3 -c 'import h5py, numpy, pandas, tables' 2>/dev/null || {
  echo "SKIPPED: no python3 with h5py, numpy, pandas and tables"
  exit 77
}

"$jetrain" generate jets.h5 --jets 400 --seed 3 >/dev/null
"$jetrain" generate whole.h5 --jets 1000 --seed 9 >/dev/null
/usr/bin/python3 - <<'PYTHON'
"""The same jets, of which the first sixty have 0, 1, 2, ..., 19 constituents, 0, 1, ..."""
import pandas as pd
jets = pd.read_hdf("whole.h5", key="table")
for jet in range(60):
    jets.iloc[jet, 4 * (jet % 20):800] = 0
jets.to_hdf("judge.h5", key="table", format="table")
import h5py, numpy as np
random = np.random.default_rng(4)
for name, table in (("judge_columns.h5", jets), ("train_columns.h5", pd.read_hdf("jets.h5", key="table"))):
    momenta = table.iloc[:, :800].to_numpy(np.float32).reshape(len(table), 200, 4)
    with h5py.File(name, "w") as file:
        file["Pmu"], file["is_signal"] = momenta, table["is_signal_new"].to_numpy()
        file["d0"] = random.normal(0, 1, momenta.shape[:2]) * (1 + momenta[..., 1] / 50)
        file["pid"] = random.choice([211, -211, 22, 13], momenta.shape[:2])
PYTHON

network() {  # network NAME CONSTITUENTS EPOCHS LEARNING_RATE [TRAIN] <LAYERS: NAME.yaml, a training on jets.h5
  {
    echo "data: {files: [jets.h5]}"
    echo "input: constituents"
    echo "constituents: {$2}"
    echo "train: {batch_size: 40, epochs: $3, optimizer: {adam: {learning_rate: $4}}${5:+, $5}}"
    echo "model: {layers: ["
    cat
    echo "]}"
  } >"$1.yaml"
}
network deep_set "most: 60, axis: leading, features: [eta_rel, phi_rel, log_pt, log_e, log_pt_rel, log_e_rel, delta_r,
  pt_fraction, px: {scale: 0.01}, py: {scale: 0.01}, pz: {scale: 0.01, clip: 3}, e: {shift: 10, scale: 0.01}]" \
  4 0.01 "loss: binary_cross_entropy" <<'LAYERS'
  standardize,
  dense: {units: 20, activation: relu},
  residual: {layers: [dense: {units: 20, activation: gelu}, layer_norm, dense: {units: 20}], activation: tanh},
  rms_norm,
  residual: {layers: [dense: {units: 17}, dropout, elu], activation: relu},
  batch_norm,
  mean_pool: {weight: pt_fraction},
  features: {layers: [standardize, dense: {units: 4, activation: relu}]},
  layer_norm,
  dense: {units: 1, activation: sigmoid}
LAYERS
network largest "most: 0, features: [phi_rel, delta_r, log_pt_rel]" 4 0.01 <<'LAYERS'
  dense: {units: 24, activation: leaky_relu},
  dense: {units: 16},
  max_pool,
  dense: {units: 2, activation: softmax}
LAYERS
network edges "most: 50" 3 0.005 <<'LAYERS'
  batch_norm,
  edge_conv: {neighbours: 16, units: [12, 10], distance: angles, pool: max},
  edge_conv: {neighbours: 5, units: [10, 8, 10], activation: gelu},
  edge_conv: {neighbours: 3, units: [8], shortcut: false, activation: linear},
  mean_pool,
  dense: {units: 2, activation: softmax}
LAYERS
network transformer "most: 40" 3 0.003 <<'LAYERS'
  batch_norm,
  pairs: {name: u, units: [8]},
  dense: {units: 16, activation: gelu},
  attention: {bias: u, heads: 4},
  attention: {heads: 2, hidden: 24, head_scale: false, residual_scale: false, inner_norms: false},
  class_attention: {heads: 4},
  class_attention: {heads: 1, hidden: 24, head_scale: false, residual_scale: false, inner_norms: false},
  dense: {units: 2, activation: softmax}
LAYERS
network messages "most: 40" 3 0.005 <<'LAYERS'
  lorentz_blocks: {blocks: 3, units: 12, beams: true, step: 0.1, momentum: 0.7},
  mean_pool,
  dense: {units: 2, activation: softmax}
LAYERS

cat >compare.py <<'PYTHON'
"""compare.py SUPPORT MODEL.onnx SCORES.h5 [FEATURES.h5 | COLUMNS.h5]: judges the largest difference from SCORES."""
import sys
import h5py, numpy as np, pandas as pd
sys.path.insert(0, sys.argv[1])
from onnx_numpy import OnnxModel

momenta = pd.read_hdf("judge.h5", key="table").iloc[:, :800].to_numpy(np.float32).reshape(1000, 200, 4)
random = np.random.default_rng(1)
order = np.argsort(random.random((1000, 200)), axis=1)
momenta = np.take_along_axis(momenta, order[..., None], 1)
mask = (momenta[..., 0] > 0).astype(np.float32)
momenta[mask == 0] = random.choice([0, np.nan, np.inf, -999, 1], (int((mask == 0).sum()), 4))
inputs = {"momenta": momenta, "mask": mask}
if len(sys.argv) > 4:
    with h5py.File(sys.argv[4]) as file:
        if "features" in file:
            inputs["features"] = file["features"][:].astype(np.float32)
        else:
            columns = np.stack([file["pid"][:], file["d0"][:]], -1).astype(np.float32)
            columns = np.take_along_axis(columns, order[..., None], 1)
            columns[mask == 0] = random.choice([0, np.nan, -999], (int((mask == 0).sum()), 2))
            inputs["columns"] = columns
with h5py.File(sys.argv[3]) as file:
    expected = file["score"][:]
model = OnnxModel(sys.argv[2])
scores, gap = model.run(inputs)
assert scores.shape[1:] in ((1,), (2,)) and expected.shape == (1000,) and np.ptp(expected) > 0.05, np.ptp(expected)
difference = abs(scores[:, -1] - expected)
close = gap < 1e-5
print(f"{sys.argv[2]}: differs by {difference[~close].max():.1e} at most; of {close.sum()} jets with neighbours about as "
      f"far away {(difference[close] > 1e-5).sum()} differ more")
assert not np.isnan(scores).any() and difference[~close].max() <= 1e-5
assert close.sum() <= 500 and (difference[close] > 1e-5).sum() <= 10

# Any N and P: few places, fewer than neighbours, and one jet alone.
few = {name: x[:60] for name, x in inputs.items()}
at = np.argsort(-few["mask"], axis=1, kind="stable")[:, :19]
for name in set(few) - {"features"}:
    few[name] = np.stack([x[i] for x, i in zip(few[name], at)])
for places in (19, 3, 1):
    fits = few["mask"].sum(1) <= places
    some, _ = model.run({name: x[fits] if name == "features" else x[fits, :places] for name, x in few.items()}, 1)
    assert len(some) >= 6 and abs(some - scores[:60][fits]).max() <= 1e-5, places
PYTHON

trained() {  # trained NAME CONFIG [ARGUMENT...]
  "$jetrain" train "$2" --threads 2 --out "$1" "${@:3}" >"$1.txt" 2>&1 || fail "$(cat "$1.txt")"
}
judged() {  # judged NAME [FEATURES]
  "$jetrain" predict "$1/best.h5" judge.h5 "$1.h5" >/dev/null
  "$jetrain" export "$1/best.h5" "$1.onnx" >/dev/null
  /usr/bin/python3 compare.py "$TEST_DATA_DIR/../support" "$1.onnx" "$1.h5" "${@:2}" || fail "$1: another network than jetrain's"
}

# High-level features do not depend on what else the network sees.
cat >images.yaml <<'YAML'
data: {files: [judge.h5], high_level: [mass, multiplicity, tau_32]}
image: {bins: 4}
model: {layers: [flatten, features: {layers: []}, dense: {units: 2, activation: softmax}]}
YAML
"$jetrain" preprocess images.yaml features.h5 >/dev/null
trained deep_set deep_set.yaml --set "data.high_level=[mass, multiplicity, tau_32]"
judged deep_set features.h5
network columns "most: 30, features: [log_pt, column: {name: d0, scale: 0.5, clip: 2}, column: {name: pid, equals: [211, -211]},
  column: {name: pid, equals: [13], shift: 0.2}]" 4 0.01 <<'LAYERS'
  dense: {units: 20, activation: relu},
  sum_pool,
  layer_norm,
  dense: {units: 2, activation: softmax}
LAYERS
trained columns columns.yaml --set data.files=train_columns.h5 --set data.preset=pelican --set "data.jets.constituent_columns=[pid, d0]"
"$jetrain" predict columns/best.h5 judge_columns.h5 columns.h5 >/dev/null
"$jetrain" export columns/best.h5 columns.onnx >/dev/null
/usr/bin/python3 compare.py "$TEST_DATA_DIR/../support" columns.onnx columns.h5 judge_columns.h5 || fail "columns: another network than jetrain's"
for network in largest edges transformer messages; do
  trained $network $network.yaml
  judged $network
done
for network in pfn efn; do
  trained $network $configs/$network.yaml --set data.files=jets.h5 --set train.epochs=3 --set train.batch_size=40
  judged $network
done
echo "the exported networks of sets hold"
