#!/usr/bin/env bash
# convert_test.sh JETRAIN: weights of a file in Keras' layout (tests/data/make_keras_weights.py) become a model and come
# back as they were; .npz is read by NumPy, and what NumPy writes is read; each round trip keeps every bit.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
network=$TEST_DATA_DIR/keras.yaml

convert() { "$jetrain" convert "$@" >>convert.txt || fail "convert $*"; }

convert "$TEST_DATA_DIR/keras_weights.h5" model.h5 --config "$network"
convert "$TEST_DATA_DIR/keras_model.h5" whole.h5 --config "$network"
cmp -s model.h5 whole.h5 || fail "the weights and the whole model give other files"
grep -q "keras_weights.h5 has no model_config: layers were compared by their shapes only" convert.txt ||
  fail "nothing says that shapes alone were compared"
[ "$(grep -c model_config convert.txt)" = 1 ] || fail "of a whole model, layers are compared by more than shapes"
convert "$TEST_DATA_DIR/keras_nested.h5" nested.h5 --config "$network"
cmp -s model.h5 nested.h5 || fail "models in a model give other weights"
convert model.h5 keras.h5
convert model.h5 weights.npz
convert weights.npz from_npz.h5 --config "$network"
convert keras.h5 from_keras.npz --config "$network"
cmp -s model.h5 from_npz.h5 || fail ".npz lost something"
cmp -s weights.npz from_keras.npz || fail "Keras' layout lost something"
"$MPIRUN" 2 "$jetrain" convert model.h5 ranks.npz >/dev/null
cmp -s weights.npz ranks.npz || fail "two ranks wrote another file"

/usr/bin/python3 - "$TEST_DATA_DIR/keras_weights.h5" <<'PYTHON' || fail "another file than Keras'"
import sys
import h5py, numpy as np
OURS = {"batch_normalization": "batch_norm"}
arrays = np.load("weights.npz")
text = lambda value: value.decode() if hasattr(value, "decode") else value
seen = 0
with h5py.File(sys.argv[1]) as keras, h5py.File("keras.h5") as back, h5py.File("model.h5") as model:
    layers = [text(name) for name in keras.attrs["layer_names"]]
    assert layers == [text(name) for name in back.attrs["layer_names"]]
    assert text(back.attrs["backend"]) == "tensorflow" and text(back.attrs["keras_version"]).startswith("2.")
    for layer in layers:
        names = [text(name) for name in keras[layer].attrs["weight_names"]]
        assert names == [text(name) for name in back[layer].attrs["weight_names"]]
        for name in names:
            expected = keras[layer][name][()]
            key = OURS.get(layer, layer) + "/" + name.split("/")[1].split(":")[0]
            for found in (back[layer][name][()], model["weights"][key][()], arrays[key]):
                assert found.dtype == np.float32 and np.array_equal(found, expected), name
            seen += 1
assert seen == 10 == len(arrays.files)
# As PyTorch users bring weights: transposed views, which NumPy stores in Fortran's order, and compressed.
turned = {key: np.asfortranarray(arrays[key]) for key in arrays.files}
np.savez_compressed("turned.npz", **turned)
np.savez("stored.npz", **arrays)
np.savez("double.npz", **{key: arrays[key].astype("f8") for key in arrays.files})
PYTHON
convert turned.npz from_turned.h5 --config "$network"
cmp -s model.h5 from_turned.h5 || fail "NumPy's own .npz is read wrongly"
convert stored.npz from_stored.h5 --config "$network"
cmp -s model.h5 from_stored.h5 || fail "NumPy's own .npz without compression is read wrongly"

ranks=2
refused() {  # refused STATUS TEXT ARGUMENT...: convert says so, once; the first time on two ranks
  local status=0
  local run=("$MPIRUN" $ranks)
  [ $ranks = 2 ] || run=()
  "${run[@]}" "$jetrain" convert "${@:3}" >refused.txt 2>&1 || status=$?
  ranks=1
  [ $status = "$1" ] || fail "status $status: $(cat refused.txt)"
  [ "$(grep -c "^jetrain: .*$2" refused.txt)" = 1 ] || fail "not said: $2: $(cat refused.txt)"
}
sed 's/units: 6/units: 7/' "$network" >other.yaml
refused 1 "the layer dense has weights of the shapes (75, 6), (6), but .* has dense there, with (75, 7), (7)" \
  "$TEST_DATA_DIR/keras_weights.h5" new.h5 --config other.yaml
sed 's/units: 6, activation: relu/units: 6, activation: tanh/; s/padding: same/padding: valid/' "$network" >other.yaml
refused 1 "padding of the layer conv2d is same, but valid in the config's conv2d; .*activation of the layer dense is relu" \
  "$TEST_DATA_DIR/keras_nested.h5" new.h5 --config other.yaml
refused 1 "double.npz, array conv2d/kernel: holds <f8, not float32" double.npz new.h5 --config "$network"
refused 2 "name a config" keras.h5 new.h5
refused 2 "model.h5 exists" keras.h5 model.h5 --config "$network"
refused 2 "there is jetrain export" model.h5 new.onnx
[ ! -e new.h5 ] || fail "a refused conversion left a file"
echo "the conversions hold"
