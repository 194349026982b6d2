#!/usr/bin/env bash
# foreign_files_test.sh JETRAIN: files that HDF5 reads in its own ways give the bits of the plain one: filters from
# plugins, virtual datasets, links into other files, names with colons by any MPI-IO; and where a piece is missing, the
# message names it and what helps.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; HDF5_FILTERS, the folder of support/inverting_filter.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
unset HDF5_PLUGIN_PATH HDF5_VDS_PREFIX HDF5_EXT_PREFIX

"$jetrain" generate jets.h5 --jets 300 --seed 5 >/dev/null
HDF5_PLUGIN_PATH=$HDF5_FILTERS /usr/bin/python3 - <<'PYTHON'
import os
import h5py, numpy as np, tables
with tables.open_file("jets.h5") as f:
    rows = f.get_node("/table/table").read()
def filtered(name, number, options=()):
    kept = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    kept.set_chunk((40,))
    kept.set_filter(number, h5py.h5z.FLAG_OPTIONAL, options)
    with h5py.File(name, "w") as f:
        group = f.create_group("table")
        made = h5py.h5d.create(group.id, b"table", h5py.h5t.py_create(rows.dtype), h5py.h5s.create_simple((300,)), kept)
        if number == 270:
            made.write(h5py.h5s.ALL, h5py.h5s.ALL, rows)
        else:  # the filter's number alone, for the message
            for first in range(0, 300, 40):
                h5py.Dataset(made).id.write_direct_chunk((first,), bytes(1000), 0)
filtered("inverted.h5", 270)
for number in (32026, 32008, 32015, 32004, 32000, 307, 32013):
    filtered(f"filter_{number}.h5", number)
layout = h5py.VirtualLayout(shape=(300,), dtype=rows.dtype)
os.mkdir("parts")
for k in range(3):
    with h5py.File(f"parts/{k}.h5", "w") as f:
        f.create_dataset("table/table", data=rows[100 * k:100 * k + 100], chunks=(40,))
    layout[100 * k:100 * k + 100] = h5py.VirtualSource(f"parts/{k}.h5", "table/table", shape=(100,))
with h5py.File("virtual.h5", "w", libver="latest") as f:
    f.create_virtual_dataset("table/table", layout)
with h5py.File("linked.h5", "w") as f:
    f.create_group("table")["table"] = h5py.ExternalLink("jets.h5", "/table/table")
with h5py.File("moved.h5", "w") as f:
    f["table"] = h5py.ExternalLink("elsewhere/jets.h5", "/table")
PYTHON
cat >small.yaml <<'YAML'
data: {files: [jets.h5], split: {method: random}}
image: {bins: 10}
model: {layers: [flatten, dense: {units: 2, activation: softmax}]}
train: {batch_size: 32, epochs: 1}
YAML

hash_of() {  # hash_of RANKS FILE: of the weights that come of it
  "$MPIRUN" "$1" "$jetrain" train small.yaml --set "data.files=['$2']" --out run --overwrite >train.txt 2>&1 ||
    fail "$2 on $1 ranks: $(cat train.txt)"
  sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' run/result.json
}
plain=$(hash_of 1 jets.h5)
[ -n "$plain" ] || fail "no hash"
mkdir 'nfs:jets'
cp jets.h5 'nfs:jets/a:b.h5'
for ranks in 1 2; do
  for file in virtual.h5 linked.h5 'nfs:jets/a:b.h5'; do
    [ "$(hash_of $ranks "$file")" = "$plain" ] || fail "$file gives other weights on $ranks ranks"
  done
  [ "$(HDF5_PLUGIN_PATH=$HDF5_FILTERS hash_of $ranks inverted.h5)" = "$plain" ] ||
    fail "a filter from a plugin gives other weights on $ranks ranks"
done

# ROMIO takes what stands before a colon for the kind of file system.
for component in ompio romio321; do
  OMPI_MCA_io=$component "$MPIRUN" 2 "$jetrain" generate "nfs:jets/$component:2.h5" --jets 300 --seed 5 >/dev/null 2>&1 ||
    fail "$component cannot write a name with a colon"
  [ "$(hash_of 1 "nfs:jets/$component:2.h5")" = "$plain" ] || fail "$component wrote other jets"
done
OMPI_MCA_io=romio321 "$MPIRUN" 2 "$jetrain" train small.yaml --set "data.cache=nfs:jets/cache.h5" --out "nfs:run" >run.txt 2>&1 ||
  fail "a cache and a run with colons: $(cat run.txt)"
[ -s nfs:jets/cache.h5 ] && grep -q "$plain" nfs:run/result.json || fail "a cache and a run with colons: $(cat run.txt)"

refuses() {  # refuses RANKS FILE TEXT...: one message says all of it
  local ranks=$1 file=$2 text
  shift 2
  "$MPIRUN" "$ranks" "$jetrain" train small.yaml --set "data.files=$file" --out refused >refused.txt 2>&1 && fail "$file was taken"
  [ "$(grep -c '^jetrain: ' refused.txt)" = 1 ] || fail "$file: not one message: $(cat refused.txt)"
  for text in "$@"; do grep -q "^jetrain: .*$text" refused.txt || fail "$file: not said: $text: $(cat refused.txt)"; done
  grep -q 'opy the file again' refused.txt && fail "$file: a copy does not help: $(cat refused.txt)"
  return 0
}
refuses 2 inverted.h5 'stored with filter 270 (inverted)' 'HDF5_PLUGIN_PATH name the plugin' '(it is not set;' 'h5repack -f GZIP=5 inverted.h5'
HDF5_PLUGIN_PATH=/nowhere refuses 1 inverted.h5 'it is /nowhere, where it is not'
for filter in 32026:blosc2 32008:bitshuffle 32015:zstd 32004:lz4 32000:lzf 307:bzip2 32013:zfp; do
  refuses 1 "filter_${filter%:*}.h5" "stored with filter ${filter%:*} (${filter#*:})"
done
refuses 2 moved.h5 'moved.h5:/table is a link to /table in the file elsewhere/jets.h5, which is not there' HDF5_EXT_PREFIX
rm parts/0.h5 parts/2.h5
refuses 2 virtual.h5 'of which 2 (parts/0.h5, parts/2.h5) are not there' HDF5_VDS_PREFIX
mkdir elsewhere && mv jets.h5 elsewhere
[ "$(hash_of 2 moved.h5)" = "$plain" ] || fail "the link leads to other jets"
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 123\n' >pointer.h5
refuses 1 pointer.h5 'git lfs pull'
echo "foreign files are read, or what they lack is named"
