#!/usr/bin/env bash
# layouts_test.sh JETRAIN: jets as others write them: pandas' columns and blocks in any order and of any type, constituents
# in any order with any padding, and a preset, give the weights of the reference layout, on any number of ranks and
# threads; what is unclear is refused; what launch/convert_*.py write is read. uproot and pyarrow, which Debian lacks, are
# stand-ins here that give NumPy arrays: what they themselves read is not tested.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the scripts are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
scripts=$(realpath "$TEST_DATA_DIR/../../launch")
/usr/bin/python3 -c 'import h5py, numpy, pandas, tables' 2>/dev/null || {
  echo "SKIPPED: no python3 with h5py, numpy, pandas and tables"
  exit 77
}
"$jetrain" generate base.h5 --jets 300 --seed 3 >/dev/null
cat >small.yaml <<'YAML'
data: {files: [base.h5], split: {method: tail, validation: 0.3}}
image: {bins: 12}
model: {layers: [{conv2d: {filters: 3, kernel: 3, activation: relu}}, flatten, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 40, epochs: 1}
YAML
/usr/bin/python3 - 2>/dev/null <<'PYTHON' || fail "the files were not made"
import h5py
import numpy as np
import pandas as pd

rng = np.random.default_rng(1)
d = pd.read_hdf("base.h5", "table")
parts = [f"{c}_{i}" for i in range(200) for c in ("E", "PX", "PY", "PZ")]
truth = ["truthE", "truthPX", "truthPY", "truthPZ"]
v = d[parts].to_numpy("f4").reshape(-1, 200, 4)
n = (v[:, :, 0] > 0).sum(1)


def save(frame, name, key="table", **options):
    frame.to_hdf(f"{name}.h5", key=key, mode="w", **({"format": "table"} | options))


def places(w, name):
    e = d.copy()
    e[parts] = w.reshape(len(w), 800)
    save(e, name)


# Columns and blocks.
save(d[parts + truth + ["is_signal_new", "ttv"]], "label_first")
save(d[[f"{c}_{i}" for c in ("E", "PX", "PY", "PZ") for i in range(200)] + truth + ["ttv", "is_signal_new"]], "by_component")
save(d[[f"{c}_{i}" for i in range(200) for c in ("PX", "PY", "PZ", "E")] + ["ttv", "is_signal_new"]], "energy_last")
save(d.assign(ttv=2).sort_index(axis=1), "by_name")
save(d.astype({"is_signal_new": bool}), "bool_label")
save(d.astype({"is_signal_new": "int8"}), "byte_label")
save(d.astype("float32"), "all_floats")
save(d.astype("float64"), "all_doubles")
save(d, "data_columns", data_columns=["ttv", "is_signal_new"])
save(d[parts + ["is_signal_new"]], "no_truth")
most = int(n.max())
save(d[parts[: 4 * most] + ["is_signal_new"]], "fewer_places")
save(d.assign(weight=np.float32(1), npv=1), "more_columns")
save(d.set_index(pd.Index([f"jet{i}" for i in range(len(d))])), "text_index")
save(d, "other_key", key="df")
save(d, "fixed", format="fixed")
# Constituents.
w = v.copy()
for j in range(len(w)):
    w[j, : n[j]] = w[j, rng.permutation(n[j])]
places(w, "any_order")
w = np.zeros_like(v)
for j in range(len(w)):
    w[j, 200 - n[j] :] = v[j, : n[j]]
places(w, "zeros_in_front")
w = v.copy()
w[v[:, :, 0] == 0] = -999
places(w, "nines_behind")
w[v[:, :, 0] == 0] = np.nan
places(w, "nan_behind")
places(v * 0, "nothing")
places(v * 1000, "in_mev")
places(v[:, :, [1, 2, 3, 0]], "energy_behind")
save(d.assign(ttv=np.where(np.arange(300) < 200, np.arange(300) % 4, 2)), "no_set")
# Other layouts.
with h5py.File("pelican.h5", "w") as f:
    f.create_dataset("Pmu", data=v, chunks=(16, 200, 4), compression="gzip")
    f["is_signal"] = d["is_signal_new"].to_numpy("i1")
with h5py.File("aspen.h5", "w") as f:
    f["PFCands"] = np.concatenate([v[..., 1:], v[..., :1], np.zeros((len(v), 200, 7), "f4")], -1)
with h5py.File("atlas.h5", "w") as f:
    p = v.astype("f8")
    pt = np.hypot(p[..., 1], p[..., 2])
    f.create_dataset("fjet_clus_pt", data=(1000 * pt).astype("f4"), chunks=(16, 200), compression="gzip")
    f.create_dataset("fjet_clus_eta", data=np.arcsinh(p[..., 3] / np.where(pt > 0, pt, 1)).astype("f4"), chunks=(32, 50))
    f["fjet_clus_phi"] = np.arctan2(p[..., 2], p[..., 1]).astype("f4")
    f["fjet_clus_E"] = (1000 * p[..., 0]).astype("f4")
    f["labels"] = d["is_signal_new"].to_numpy("i4")
PYTHON

weights_hash() { sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }
train() { # NAME SETTINGS...
  "$jetrain" train small.yaml --out run --overwrite --threads 1 --set data.files="$1.h5" "${@:2}" >"$1.txt" 2>&1 || fail "$1: $(cat "$1.txt")"
}
train base
wanted=$(weights_hash run)
same() { # NAME SETTINGS...
  train "$@"
  [ "$(weights_hash run)" = "$wanted" ] || fail "$1: other weights than the reference layout's: $(cat "$1.txt")"
}
for name in label_first by_component energy_last by_name bool_label byte_label all_floats all_doubles data_columns no_truth \
  fewer_places more_columns text_index other_key fixed zeros_in_front nines_behind nan_behind; do
  same $name
done
same pelican --set data.preset=pelican
same any_order
grep -q 'sorted the constituents of [0-9]* jets' any_order.txt || fail "nothing is said of sorting: $(cat any_order.txt)"
! grep -q 'sorted the' base.txt || fail "sorted jets are called unsorted: $(cat base.txt)"
grep -q 'warning.*padding' nines_behind.txt || fail "nothing is said of padding: $(cat nines_behind.txt)"

train no_set --set data.split.method=column
grep -q 'warning: left out 50 rows of no set' no_set.txt || fail "rows of no set are left out without a word: $(cat no_set.txt)"
for wrong in 'in_mev data.jets.unit: MeV' 'energy_behind energy does not fit its momentum'; do
  "$jetrain" inspect "${wrong%% *}.h5" | contains "warning: .*${wrong#* }" || fail "inspect takes the momenta of ${wrong%% *}.h5 for a jet's"
  train "${wrong%% *}"
  grep -q "warning: .*${wrong#* }" "${wrong%% *}.txt" || fail "nothing is said of the momenta of ${wrong%% *}.h5: $(cat "${wrong%% *}.txt")"
done

refused() { # STATUS TEXT COMMAND...
  local status=0
  "$jetrain" "${@:3}" >refused.txt 2>&1 || status=$?
  [ "$status" = "$1" ] || fail "status $status, not $1: ${*:3}: $(cat refused.txt)"
  grep -q -- "$2" refused.txt || fail "'$2' is not said by ${*:3}: $(cat refused.txt)"
}
small=(train small.yaml --out refused --set)
refused 1 'all 300 jets .* without any constituent' "${small[@]}" data.files=nothing.h5
refused 1 'any_order.h5, row [0-9]*: the constituents do not descend in pT' "${small[@]}" data.files=any_order.h5 --set data.unsorted=error
refused 1 'no column ttv' "${small[@]}" data.files=no_truth.h5 --set data.split.method=column
refused 1 '--set data.preset=pelican' "${small[@]}" data.files=pelican.h5
refused 1 'aspen.h5' "${small[@]}" data.files=aspen.h5 --set data.preset=aspen
refused 2 'energy, px, py, pz; by pt, eta, phi, energy' "${small[@]}" data.preset=none --set data.jets.pt=PT
cp pelican.h5 twin.h5
refused 1 'the validation set has 180 rows, all of one class (class 1): .*random' "${small[@]}" 'data.files=[pelican.h5, twin.h5]' \
  --set data.preset=pelican --set 'data.jets.file_labels=[{match: p*, label: 0}, {match: t*, label: 1}]'
[ ! -e refused ] || fail "a refused training left a run"

# A model's files may be of another layout than its training's: the same scores and figures.
"$jetrain" train small.yaml --out reference --threads 1 --set data.split.method=column >/dev/null 2>&1 || fail "base.h5 was not trained on"
"$jetrain" predict reference/best.h5 base.h5 base.csv >/dev/null
"$jetrain" predict reference/best.h5 pelican.h5 pelican.csv --set data.preset=pelican >/dev/null || fail "pelican.h5 was not scored"
cmp -s base.csv pelican.csv || fail "the same jets in another layout have other scores"
"$jetrain" evaluate reference/best.h5 base.h5 --json base.json >/dev/null
"$jetrain" evaluate reference/best.h5 pelican.h5 --json pelican.json --set data.preset=pelican >/dev/null || fail "pelican.h5 was not evaluated"
cmp -s base.json pelican.json || fail "the same jets in another layout have other figures"
refused 1 '--set data.preset=pelican' evaluate reference/best.h5 pelican.h5
refused 2 '--set train.epochs=2: .*data.preset, data.jets' evaluate reference/best.h5 base.h5 --set train.epochs=2
refused 2 'excludes' evaluate reference/best.h5 pelican.h5 --set data.preset=pelican --split test
refused 2 'sees 0 columns of a jet, not 1' evaluate reference/best.h5 base.h5 --set data.jets.jet_columns=ttv

# Columns of constituents: those of momenta are the features that jetrain computes of them, whatever stands beside.
set_config() { # NAME FEATURES COLUMNS
  cat >"$1.yaml" <<YAML
data: {files: [columns.h5], preset: pelican, split: {method: tail, validation: 0.3}, jets: {constituent_columns: [$3]}}
input: constituents
constituents: {most: 20, features: [log_pt_rel, $2]}
model: {layers: [{dense: {units: 8, activation: relu}}, mean_pool, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 40, epochs: 2, optimizer: {adam: {learning_rate: 0.01}}}
YAML
}
/usr/bin/python3 - <<'PYTHON'
import h5py
import numpy as np
rng = np.random.default_rng(2)
with h5py.File("pelican.h5") as f, h5py.File("columns.h5", "w") as to, h5py.File("other_order.h5", "w") as other:
    p, signal = f["Pmu"][:], f["is_signal"][:]
    pid = np.where(p[..., 0] > 0, rng.choice([211, -211, 22], p.shape[:2]), 0).astype("i2")
    d0 = np.where(p[..., 0] > 0, p[..., 2], np.nan)
    to.create_dataset("pid", data=pid, chunks=(32, 60), compression="gzip")
    to["Pmu"], to["is_signal"], to["d0"] = p, signal, d0
    order = np.argsort(rng.random(p.shape[:2]), axis=1)
    other["Pmu"], other["is_signal"] = np.take_along_axis(p, order[..., None], 1), signal
    other["pid"], other["d0"] = np.take_along_axis(pid, order, 1), np.take_along_axis(d0, order, 1)
    bad = np.array(d0)
    bad[5, 1] = np.nan
    with h5py.File("bad_column.h5", "w") as f:
        f["Pmu"], f["is_signal"], f["d0"], f["pid"] = p, signal, bad, pid
PYTHON
hash_of() { # CONFIG RANKS THREADS SETTINGS...
  "$MPIRUN" "$2" "$jetrain" train "$1.yaml" --out run --overwrite --threads "$3" "${@:4}" >"$1.txt" 2>&1 || fail "$1: $(cat "$1.txt")"
  weights_hash run
}
set_config computed "px: {scale: 0.01}, py" ""
set_config columns "column: {name: 'Pmu[1]', scale: 0.01}, column: {name: d0}" "'Pmu[1]', pid, d0"
wanted=$(hash_of computed 1 1)
[ "$(hash_of columns 1 1)" = "$wanted" ] || fail "columns are not what they hold"
[ "$(hash_of columns 3 1 --set data.files=other_order.h5)" = "$wanted" ] || fail "columns do not follow their constituents"
set_config particles "column: {name: pid, equals: [211, -211]}, column: {name: d0, scale: 0.1, clip: 1}" "d0, pid"
wanted=$(hash_of particles 1 1)
[ "$(hash_of particles 2 1 --set data.cache=columns_cache.h5)" = "$wanted" ] || fail "columns have other bits on two ranks"
[ "$(hash_of particles 1 2 --set data.cache=columns_cache.h5)" = "$wanted" ] || fail "columns have other bits from the cache"
grep -q 'from the cache' particles.txt || fail "the cache was not read: $(cat particles.txt)"
"$jetrain" predict run/best.h5 columns.h5 columns_scores.h5 >/dev/null && "$jetrain" predict run/best.h5 other_order.h5 other_scores.h5 >/dev/null
/usr/bin/python3 - <<'PYTHON' || fail "scores depend on the order of constituents"
import h5py
a, b = h5py.File("columns_scores.h5")["score"][:], h5py.File("other_scores.h5")["score"][:]
assert (a == b).all() and a.std() > 0.01
PYTHON
/usr/bin/python3 - <<'PYTHON'
import h5py
with h5py.File("other_order.h5") as f, h5py.File("other_names.h5", "w") as to:
    for name, other in (("Pmu", "Pmu"), ("is_signal", "is_signal"), ("d0", "impact"), ("pid", "kind")):
        to[other] = f[name][:]
PYTHON
refused 1 'other_names.h5.*d0' predict run/best.h5 other_names.h5 renamed_scores.h5
refused 2 'sees 2 columns of a constituent, not 1' predict run/best.h5 other_names.h5 renamed_scores.h5 --set data.jets.constituent_columns=impact
"$jetrain" predict run/best.h5 other_names.h5 renamed_scores.h5 --set 'data.jets.constituent_columns=[impact, kind]' >/dev/null || fail "columns of other names are not read"
/usr/bin/python3 - <<'PYTHON' || fail "columns of other names give other scores"
import h5py
assert (h5py.File("columns_scores.h5")["score"][:] == h5py.File("renamed_scores.h5")["score"][:]).all()
PYTHON
"$jetrain" report run --out columns.html >/dev/null || fail "no report of a training that sees columns"
refused 1 'bad_column.h5, row 5: d0 (data.jets.constituent_columns) is NaN' train particles.yaml --out refused --set data.files=bad_column.h5
refused 1 "pelican.h5.*d0" train particles.yaml --out refused --set data.files=pelican.h5
"$jetrain" train particles.yaml --out skipped --set data.files=bad_column.h5 --set data.on_bad_row=skip >/dev/null 2>&1 || fail "a bad row was not skipped"

# Unlabelled jets are scored, by columns that were named in training.
"$jetrain" train small.yaml --out run --overwrite --set data.files=pelican.h5 --set data.preset=pelican >/dev/null 2>&1
"$jetrain" predict run/best.h5 pelican.h5 scores.h5 >/dev/null || fail "pelican.h5 was not scored"
/usr/bin/python3 - <<'PYTHON'
import h5py
with h5py.File("unlabelled.h5", "w") as to, h5py.File("pelican.h5") as f:
    to["Pmu"] = f["Pmu"][:]
PYTHON
"$jetrain" predict run/best.h5 unlabelled.h5 unlabelled_scores.h5 >/dev/null || fail "unlabelled jets were not scored"
/usr/bin/python3 - <<'PYTHON' || fail "unlabelled jets have other scores"
import h5py
a, b = h5py.File("scores.h5"), h5py.File("unlabelled_scores.h5")
assert (a["score"][:] == b["score"][:]).all()
PYTHON
refused 1 'has no column is_signal' evaluate run/best.h5 unlabelled.h5
"$jetrain" inspect unlabelled.h5 >inspected.txt
grep -q 'constituents  mean [0-9.]*$' inspected.txt || fail "inspect tells classes that there are not: $(cat inspected.txt)"
grep -q 'no column says which rows train' inspected.txt || fail "inspect tells sets that there are not: $(cat inspected.txt)"
# The preset is found beside what data.jets says.
"$jetrain" inspect unlabelled.h5 --set 'data.jets.file_labels=[{match: "*", label: 3}]' >inspected.txt || fail "$(cat inspected.txt)"
grep -q 'data.preset: pelican' inspected.txt || fail "inspect does not find the preset: $(cat inspected.txt)"
grep -q 'constituents  mean [0-9.]* class 3$' inspected.txt || fail "inspect does not tell the class: $(cat inspected.txt)"
refused 2 '--set seed=2: .*data.preset, data.jets' inspect unlabelled.h5 --set seed=2

# The preset of several datasets, with chunks of their own, on any ranks and threads.
atlas=(--set data.files=atlas.h5 --set data.preset=atlas_top_tagging --set train.epochs=2)
"$jetrain" train small.yaml --out run --overwrite --threads 1 "${atlas[@]}" >/dev/null 2>&1
wanted=$(weights_hash run)
for shape in "1 2" "2 1" "3 1"; do
  read -r ranks threads <<<"$shape"
  "$MPIRUN" "$ranks" "$jetrain" train small.yaml --out run --overwrite --threads "$threads" "${atlas[@]}" >atlas.txt 2>&1 || fail "$(cat atlas.txt)"
  [ "$(weights_hash run)" = "$wanted" ] || fail "atlas_top_tagging: other weights on $ranks ranks x $threads threads"
done
"$jetrain" train small.yaml --out run --overwrite --threads 1 "${atlas[@]}" --set data.cache=cache.h5 >/dev/null 2>&1
"$jetrain" train small.yaml --out run --overwrite --threads 1 "${atlas[@]}" --set data.cache=cache.h5 --set data.jets.unit=GeV >cached.txt 2>&1
grep -q 'from the cache' cached.txt && fail "a cache of another mapping is taken: $(cat cached.txt)"

"$jetrain" inspect atlas.h5 >inspected.txt || fail "$(cat inspected.txt)"
for text in 'data.preset: atlas_top_tagging' 'fjet_clus_pt, fjet_clus_eta, fjet_clus_phi, fjet_clus_E (MeV, 200 places)' \
  'label *labels' 'rows *300' 'splits  *no column says which rows train' 'jet pT  *5[0-9][0-9]\.[0-9] to 6[0-9][0-9]'; do
  grep -q "$text" inspected.txt || fail "inspect does not say '$text': $(cat inspected.txt)"
done
"$jetrain" inspect any_order.h5 | contains 'warning: [0-9]* jets have constituents that do not descend' || fail "inspect does not warn"
/usr/bin/python3 -c 'import h5py; h5py.File("strange.h5", "w")["momenta"] = [[1.0, 2.0]]'
refused 1 'no preset fits' inspect strange.h5
grep -q 'momenta  *float64 (1, 2)' refused.txt || fail "inspect does not list what is there: $(cat refused.txt)"

# The converters' own part.
mkdir -p modules/pyarrow
cat >modules/jets.py <<'PYTHON'
import h5py
import numpy as np
with h5py.File("pelican.h5") as f:
    p, signal = f["Pmu"][:], f["is_signal"][:]
n = (p[..., 0] > 0).sum(1)
lists = lambda k: np.array([p[j, : n[j], k] for j in range(len(p))] + [None], dtype=object)[:-1]
columns = {"part_energy": lists(0), "part_px": lists(1), "part_py": lists(2), "part_pz": lists(3),
           "part_charge": lists(0), "label_QCD": signal == 0, "label_Tbqq": signal.astype("f4"), "jet_pt": p[:, 0, 0]}
PYTHON
cat >modules/uproot.py <<'PYTHON'
from jets import columns
class Tree:
    keys = staticmethod(lambda: list(columns))
    def iterate(self, wanted, step_size, library):
        assert library == "np"
        for first in range(0, 300, 128):
            yield {name: columns[name][first : first + 128] for name in wanted}
def open(path):
    return {"tree;1": 0, "tree": Tree()}
PYTHON
touch modules/pyarrow/__init__.py
cat >modules/pyarrow/parquet.py <<'PYTHON'
from types import SimpleNamespace as Some
from jets import columns
class ParquetFile:
    def __init__(self, path):
        self.schema_arrow = Some(names=list(columns))
    def iter_batches(self, batch_size, columns):
        import jets
        for first in range(0, 300, 128):
            part = [jets.columns[name][first : first + 128] for name in columns]
            yield Some(schema=Some(get_field_index=columns.index),
                       column=lambda i, part=part: Some(to_numpy=lambda zero_copy_only: part[i]))
PYTHON
for kind in root parquet; do
  PYTHONPATH=modules /usr/bin/python3 "$scripts/convert_$kind.py" jets.in "$kind.h5" --constituents 200 --columns part_charge jet_pt >"$kind.txt" ||
    fail "convert_$kind.py: $(cat "$kind.txt")"
  grep -q "$kind.h5: 300 jets" "$kind.txt" || fail "$(cat "$kind.txt")"
  grep -q 'data.jets.constituent_columns: \[part_charge\]' "$kind.txt" || fail "$(cat "$kind.txt")"
  grep -q 'classes: 0 label_QCD, 1 label_Tbqq' "$kind.txt" || fail "$(cat "$kind.txt")"
  tail -1 "$kind.txt" >"$kind.yaml"
  sed -e "s/^data: {/data: {files: [$kind.h5], split: {method: tail, validation: 0.3}, /" "$kind.yaml" >whole.yaml
  grep -v '^data' small.yaml >>whole.yaml
  "$jetrain" train whole.yaml --out run --overwrite --threads 1 >whole.txt 2>&1 || fail "$(cat whole.txt)"
  "$jetrain" train small.yaml --out run2 --overwrite --threads 1 --set data.files=pelican.h5 --set data.preset=pelican >/dev/null 2>&1
  [ "$(weights_hash run)" = "$(weights_hash run2)" ] || fail "convert_$kind.py: other jets than were given"
done
for kind in root:uproot parquet:pyarrow; do  # without them, --help and what to install
  /usr/bin/python3 "$scripts/convert_${kind%:*}.py" --help | contains 'lines of a config that read the file' || fail "convert_${kind%:*}.py --help"
  /usr/bin/python3 -c "import ${kind#*:}" 2>/dev/null && continue
  /usr/bin/python3 "$scripts/convert_${kind%:*}.py" jets.in none.h5 2>without.txt && fail "convert_${kind%:*}.py works without ${kind#*:}"
  [ "$(cat without.txt)" = "convert_${kind%:*}.py needs ${kind#*:}: pip install ${kind#*:}" ] || fail "$(cat without.txt)"
done
PYTHONPATH=modules /usr/bin/python3 "$scripts/convert_root.py" jets.in cut.h5 --constituents 5 | contains 'softer ones left out' || fail "nothing is said of what is left out"
status=0
PYTHONPATH=modules /usr/bin/python3 "$scripts/convert_root.py" jets.in cut.h5 2>again.txt || status=$?
[ $status = 1 ] && grep -q 'cut.h5 exists' again.txt || fail "an output is replaced without a word"
PYTHONPATH=$scripts /usr/bin/python3 - <<'PYTHON' || fail "numbers of another type are rounded without a word"
import numpy as np
from jets_to_hdf5 import JetFile
out = JetFile("types.h5", True)
out.append({"n": np.array([1, 2])})
out.append({"n": np.array([3], dtype="i4")})
try:
    out.append({"n": np.array([0.5])})
except SystemExit as refusal:
    assert "column n is of int64 at first, and later of float64" in str(refusal)
else:
    raise SystemExit("0.5 became 0")
PYTHON
echo "jets of any layout are read right, or refused"
