#!/usr/bin/env bash
# export_test.sh JETRAIN: what an independent runtime (OpenCV's dnn) makes of exported models are the scores of jetrain
# predict, to 1e-5 on 1,000 jets: the notebook's network, one of nearly all layers, and one of vectors.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are;
# OPENCV_SCORES, the program with OpenCV in it; empty: skipped.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
configs=$TEST_DATA_DIR/../../configs
[ -n "${OPENCV_SCORES:-}" ] || { echo "OpenCV's dnn is not installed"; exit 77; }

"$jetrain" generate jets.h5 --jets 300 --seed 3 >/dev/null
"$jetrain" generate judge.h5 --jets 1000 --seed 9 >/dev/null
"$jetrain" generate gaussians.h5 --kind gaussians --rows 1000 >/dev/null
cat >layers.yaml <<'YAML'
data: {files: [jets.h5], high_level: [mass, multiplicity, tau_32]}
image: {bins: 10, channels: [pt, energy, mass, multiplicity], flip: true}
model:
  layers:
    - standardize
    - conv2d: {filters: 4, kernel: [4, 3], stride: 2, groups: 2, padding: same, activation: leaky_relu}
    - batch_norm
    - residual: {layers: [conv2d: {filters: 6, kernel: 3, padding: same, activation: gelu}, group_norm: {groups: 3}]}
    - max_pool2d: {size: 3, stride: 2, padding: same}
    - avg_pool2d: {size: 2, stride: 1, padding: same}
    - elu
    - residual: {layers: [conv2d: {filters: 6, kernel: 1}], activation: tanh}
    - layer_norm
    - flatten
    - features: {layers: [standardize, dense: {units: 4, activation: relu}]}
    - layer_norm
    - batch_norm
    - dropout: {rate: 0.2}
    - dense: {units: 6, activation: sigmoid}
    - residual: {layers: [dense: {units: 5}, tanh]}
    - relu
    - dense: {units: 1, activation: sigmoid}
train: {loss: binary_cross_entropy, batch_size: 20, epochs: 4, optimizer: {adam: {learning_rate: 0.01}}}
YAML

cat >compare.py <<'PYTHON'
"""compare.py INPUTS.h5 MODEL.onnx SCORES.h5: prints the largest difference between OpenCV's scores and SCORES."""
import os, subprocess, sys
import h5py, numpy as np
words = []
with h5py.File(sys.argv[1]) as f:
    for dataset, name in (("images", "image"), ("features", "features")):
        if dataset in f:
            values = f[dataset][:].astype("<f4")
            if values.ndim == 3:
                values = values[:, None]
            values.tofile(name + ".f32")
            words.append(f"{name}={name}.f32:" + ",".join(map(str, values.shape[1:])))
with h5py.File(sys.argv[3]) as f:
    expected = f["score"][:]
subprocess.run([os.environ["OPENCV_SCORES"], sys.argv[2], "out.f32", *words], check=True)
found = np.fromfile("out.f32", "<f4").reshape(1000, -1)
assert expected.shape == (1000,) and np.ptp(expected) > 0.05, "the scores say nothing"
largest = abs(found[:, -1] - expected).max()
print(f"{sys.argv[2]}: {found.shape[1]} outputs, differ by {largest:.1e} at most")
assert largest <= 1e-5
PYTHON

# judged NAME INPUTS DATA
judged() {
  "$jetrain" predict "$1/best.h5" "$3" "$1.h5" >/dev/null
  "$jetrain" export "$1/best.h5" "$1.onnx" >/dev/null
  /usr/bin/python3 compare.py "$2" "$1.onnx" "$1.h5" || fail "$1: another network than jetrain's"
}

trained() {  # trained NAME CONFIG [ARGUMENT...]
  "$jetrain" train "$2" --threads 2 --out "$1" "${@:3}" >"$1.txt" 2>&1 || fail "$(cat "$1.txt")"
}

trained layers layers.yaml
"$jetrain" preprocess layers.yaml layers_images.h5 --set data.files=judge.h5 >/dev/null
judged layers layers_images.h5 judge.h5
trained notebook $configs/notebook.yaml --set data.files=jets.h5 --set train.epochs=2
"$jetrain" preprocess $configs/notebook.yaml notebook_images.h5 --set data.files=judge.h5 >/dev/null
judged notebook notebook_images.h5 judge.h5
trained plane $configs/two_gaussians.yaml --set data.files=gaussians.h5 --set train.epochs=5
judged plane gaussians.h5 gaussians.h5

# Ranks change nothing; what is there stays.
"$MPIRUN" 2 "$jetrain" export layers/best.h5 again.onnx >/dev/null
cmp -s layers.onnx again.onnx || fail "two ranks wrote another file"
status=0
"$jetrain" export layers/best.h5 again.onnx 2>error.txt || status=$?
[ $status = 2 ] && grep -q "^jetrain: again.onnx exists" error.txt || fail "status $status: $(cat error.txt)"
echo "the exported models hold"
