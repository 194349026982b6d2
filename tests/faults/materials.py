"""What the cases read: each kind of input once, made by the program itself while nothing goes wrong."""

import csv
import shutil
import struct
import subprocess
import sys
import zipfile

JETS = "320"  # eight chunks

CONFIG = """\
seed: 1
data:
  files: [{inputs}/none.h5]
  split: {{method: column}}
image: {{bins: 8}}
model:
  layers:
    - conv2d: {{filters: 2, kernel: 3, padding: same, activation: relu}}
    - flatten
    - dense: {{units: 2, activation: softmax}}
train: {{batch_size: 64, epochs: 2, stall_seconds: 5}}
checkpoint: {{every_steps: 2}}
"""
SETS = """\
seed: 1
data:
  files: [{inputs}/none.h5]
  high_level: [mass]
  split: {{method: column}}
input: constituents
constituents: {{most: 20, features: [pt_fraction, eta_rel, phi_rel]}}
augmentation: {{flip: true, drop: 0.1}}
model:
  layers:
    - dense: {{units: 6, activation: relu}}
    - batch_norm
    - sum_pool
    - features
    - dense: {{units: 2, activation: softmax}}
train: {{batch_size: 64, epochs: 2, stall_seconds: 5}}
checkpoint: {{every_steps: 2}}
"""
ARRAYS = """\
seed: 1
data:
  files: [{inputs}/contiguous.h5]
  arrays: {{features: x, labels: y}}
  split: {{method: tail, validation: 0.3}}
model: {{layers: [dense: {{units: 4, activation: relu}}, dense: {{units: 2, activation: softmax}}]}}
train: {{batch_size: 64, epochs: 2, stall_seconds: 5}}
checkpoint: {{every_steps: 2}}
"""
STUDY = """\
study:
  monitor: val_loss
  family: {{grid: {{parameters: [{{key: train.batch_size, values: [32, 64]}}]}}}}
"""


def make(bench):
    """Fills bench.inputs."""
    bench.inputs.mkdir()
    place = bench.new_place()
    work = place / "work"
    work.mkdir()

    def jetrain(*arguments):
        result = bench.run(arguments, place)
        if result.status != 0:
            sys.exit(f"jetrain {' '.join(arguments)}: {result.out}{result.err}")

    def keep(name, to=None):
        shutil.move(str(work / name), str(bench.inputs / (to or name)))

    for name, text in (("jets.yaml", CONFIG), ("sets.yaml", SETS), ("arrays.yaml", ARRAYS),
                       ("study.yaml", CONFIG + STUDY)):
        (bench.inputs / name).write_text(text.format(inputs=bench.inputs))
    for compression in ("none", "gzip", "blosc"):
        jetrain("generate", "jets.h5", "--jets", JETS, "--compression", compression)
        keep("jets.h5", f"{compression}.h5")
    jetrain("generate", "old.h5", "--jets", "40", "--seed", "9")
    keep("old.h5")
    subprocess.run([bench.tools / "make_arrays", bench.inputs], check=True)

    jets, sets, arrays = (str(bench.inputs / f"{name}.yaml") for name in ("jets", "sets", "arrays"))
    jetrain("train", jets, "--out", "run", "--quiet", "--set", "data.cache=cache.h5")
    jetrain("train", sets, "--out", "run_sets", "--quiet", "--set", "data.cache=cache_sets.h5")
    jetrain("train", arrays, "--out", "run_arrays", "--quiet")
    jetrain("train", jets, "--out", "stopped", "--quiet", "--set", "checkpoint.keep=1000")
    first, *later = sorted((work / "stopped" / "checkpoints").iterdir())
    for path in (*later, work / "stopped" / "result.json"):
        path.unlink()
    model = "run/best.h5"
    jetrain("predict", model, str(bench.inputs / "none.h5"), "scores.csv")
    jetrain("predict", model, str(bench.inputs / "none.h5"), "scores.h5")
    jetrain("predict", model, str(bench.inputs / "blosc.h5"), "scores_2.h5")
    jetrain("convert", model, "keras.h5")
    jetrain("convert", model, "weights.npz")
    jetrain("scaling", "run", jets, "--out", "scaling", "--repeat", "1", "--quiet")
    write_numpy(work / "scores.csv", bench.inputs)
    write_npz(bench.inputs)
    for name in ("run", "run_sets", "run_arrays", "stopped", "cache.h5", "cache_sets.h5", "scores.csv", "scores.h5",
                 "scores_2.h5", "keras.h5", "weights.npz", "scaling"):
        keep(name)


def npy_bytes(values, shape, kind, letter):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack(f"<{len(values)}{letter}", *values))


def write_numpy(scores, folder):
    """The columns score and label as .npy files."""
    with open(scores, newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column, kind, letter in (("scores", "score", "<f4", "f"), ("labels", "label", "|u1", "B")):
        number = float if letter == "f" else int
        values = [number(row[column]) for row in rows]
        (folder / f"{name}.npy").write_bytes(npy_bytes(values, [len(values)], kind, letter))


def write_npz(folder):
    """Jets of the preset energyflow, X (pt, y, phi, pid) and y, as numpy.savez and savez_compressed write them."""
    rows, places = 320, 12
    x, y = [], []
    for row in range(rows):
        label = row % 2
        y.append(label)
        for place in range(places):
            x += [100.0 / (1 + place), (0.1 + 0.3 * label) * (row * 37 + place * 53) % 1 - 0.5,
                  0.01 * (row * 53 + place * 29) % 0.7, 211.0]
    arrays = {"X.npy": npy_bytes(x, [rows, places, 4], "<f4", "f"), "y.npy": npy_bytes(y, [rows], "<i8", "q")}
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(folder / f"{name}.npz", "w", method) as archive:
            for member, content in arrays.items():
                archive.writestr(zipfile.ZipInfo(member), content, method)
