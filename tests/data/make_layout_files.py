#!/usr/bin/env python3
"""Writes the small files of layouts/ with real pandas, h5py and numpy, for tests of FileColumns and RowReader.

  make_layout_files.py [FOLDER]        (Debian: python3-pandas python3-tables python3-h5py)

Number j of row i is 1000 i + j wherever it fits, so that a test can tell each from all others.
"""
import pathlib
import sys
import warnings

import h5py
import numpy as np
import pandas as pd
import tables

ROWS = 23
PARTS = 5
warnings.filterwarnings("ignore")

# PyTables reserves a megabyte for a pickled column: here no more than it needs.
create_vlarray = tables.File.create_vlarray
tables.File.create_vlarray = lambda *arguments, **options: create_vlarray(*arguments, **options, chunkshape=1)


def numbers(*behind, dtype="float32"):
    """(ROWS, ...)"""
    count = int(np.prod(behind, dtype=int))
    values = 1000 * np.arange(ROWS)[:, None] + np.arange(count)[None, :]
    return values.reshape(ROWS, *behind).astype(dtype)


def frame():
    """E_0, PX_0, PY_0, PZ_0, E_1, ... are numbers 0 to 19 of each row, then ttv = i % 3 and is_signal_new = i % 2."""
    names = [f"{c}_{i}" for i in range(PARTS) for c in ("E", "PX", "PY", "PZ")]
    d = pd.DataFrame(numbers(4 * PARTS), columns=names)
    d["ttv"] = np.arange(ROWS) % 3
    d["is_signal_new"] = np.arange(ROWS) % 2
    return d


def write_frames(folder):
    d = frame()

    def save(name, table, key="table", mode="w", **options):
        table.to_hdf(folder / name, key=key, mode=mode, **({"format": "table", "index": False, "complib": "zlib", "complevel": 5} | options))

    save("frame.h5", d)
    by_component = [f"{c}_{i}" for c in ("PZ", "PX", "E", "PY") for i in range(PARTS)]
    other = d[["is_signal_new", "ttv"] + by_component].copy()
    for name in by_component[:5]:
        other[name] = other[name].astype("float64")
    other["ttv"] = other["ttv"].astype("int8")
    other["is_signal_new"] = other["is_signal_new"].astype(bool)
    other["weight"] = (np.arange(ROWS) / 4).astype("float16")
    other["text"] = [f"jet {i}" for i in range(ROWS)]
    other["kind"] = pd.Categorical(["top" if i % 2 else "qcd" for i in range(ROWS)])
    other["npv"] = (np.arange(ROWS) + 60000).astype("uint16")
    other["größe"] = np.arange(ROWS, dtype="int32") - 7
    other.index = [f"row {i}" for i in range(ROWS)]
    save("frame_other.h5", other, key="deep/df", data_columns=["ttv", "npv"])
    fixed = other.drop(columns=["kind"])
    fixed.index = np.arange(ROWS) / 2
    save("frame_fixed.h5", fixed, key="df", format="fixed", index=None)
    save("frame_two.h5", d, key="first")
    save("frame_two.h5", d, key="second", mode="a")
    save("frame_numbers.h5", pd.DataFrame(numbers(4)))
    gap = d.drop(columns=["PX_3"])
    save("frame_gap.h5", gap)
    levels = d[["E_0", "PX_0"]].copy()
    levels.columns = pd.MultiIndex.from_tuples([("a", "E"), ("a", "PX")])
    save("frame_levels.h5", levels)


def write_datasets(folder):
    with h5py.File(folder / "datasets.h5", "w") as f:
        gz = dict(compression="gzip", compression_opts=4, shuffle=True)
        f.create_dataset("fjet_pt", data=numbers(7), chunks=(5, 3), **gz)
        f.create_dataset("fjet_eta", data=numbers(7, dtype="float64"))
        f.create_dataset("fjet_big", data=numbers(7, dtype=">f8"), chunks=(4, 7), **gz)
        f.create_dataset("fjet_half", data=(numbers(7) % 1001).astype("float16"), chunks=(6, 7), fletcher32=True)
        f.create_dataset("group/set", data=numbers(4, 6), chunks=(4, 3, 4), compression="gzip")
        f.create_dataset("group/wide", data=numbers(4, 6, dtype="int32"), chunks=(50, 4, 6), maxshape=(None, 8, 6))
        f.create_dataset("labels", data=(np.arange(ROWS) % 2).astype("int64"), chunks=(ROWS,), **gz)
        f.create_dataset("is_top", data=np.arange(ROWS) % 2 == 1)
        f.create_dataset("ids", data=(2**62 + np.arange(ROWS)).astype(">u8"))
        f.create_dataset("small", data=(np.arange(ROWS) - 10).astype("int8"), chunks=(2,), compression="lzf")
        f.create_dataset("names", data=[b"top" if i % 2 else b"qcd" for i in range(ROWS)])
        f.create_dataset("one", data=3.0)
        f.create_dataset("none", data=np.zeros((0, 3)))
        f.create_dataset("empty", shape=(ROWS, 0), dtype="f4")
        f.create_dataset("empty_tracks", shape=(ROWS, 0), dtype=[("x", "f4"), ("y", "i4", (2,))])
        f.create_dataset("short", data=np.arange(ROWS - 1))
        f.create_dataset("never", shape=(ROWS,), dtype="f4")
        f["soft"] = h5py.SoftLink("/fjet_pt")
        f["nowhere"] = h5py.SoftLink("/missing")


def write_compounds(folder):
    text = h5py.string_dtype()
    jets = np.zeros(ROWS, dtype=[("pt", "f4"), ("name", text), ("label", "i2"), ("score", "f8", (3,))])
    jets["pt"] = numbers(1)[:, 0]
    jets["name"] = [f"jet {i}" for i in range(ROWS)]
    jets["label"] = np.arange(ROWS) % 3
    jets["score"] = numbers(3)
    hit = np.dtype([("x", "f4"), ("y", "<i4")])
    tracks = np.zeros((ROWS, 4), dtype=[("pt", "f4"), ("valid", "?"), ("first", hit), ("d.0", "f2"), ("hits", hit, (2,))])
    tracks["pt"] = numbers(4)
    tracks["valid"] = numbers(4) % 2 == 0
    tracks["first"]["y"] = numbers(4, dtype="int32") + 7
    tracks["d.0"] = np.arange(4)
    tracks["hits"]["x"] = numbers(4, 2)
    with h5py.File(folder / "compounds.h5", "w") as f:
        f.create_dataset("jets", data=jets)
        f.create_dataset("tracks", data=tracks, chunks=(5, 3), compression="gzip")


def write_numpy(folder):
    # Of one date, so that the files are the same each time.
    arrays = dict(X=numbers(6, 4), y=(np.arange(ROWS) % 2).astype("int64"), big=numbers(3, dtype=">i2"),
                  flags=np.arange(ROWS) % 2 == 0)
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "deflated.npz", **arrays)
    np.savez(folder / "refused.npz", fortran=np.asfortranarray(numbers(6, 4)), number=np.float32(1),
             objects=np.array([[1], [1, 2]] + [[]] * (ROWS - 2), dtype=object), texts=np.array(["a"] * ROWS), good=np.arange(ROWS),
             structure=np.zeros(ROWS, dtype=[("pt", "f4"), ("eta", "f4")]))
    np.save(folder / "alone.npy", numbers(6, 4, dtype="float64"))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "layouts"
    folder.mkdir(exist_ok=True)
    write_frames(folder)
    write_datasets(folder)
    write_compounds(folder)
    write_numpy(folder)


if __name__ == "__main__":
    main()
