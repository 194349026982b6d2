"""What convert_root.py and convert_parquet.py share: jets of lists of constituents to padded arrays in an HDF5 file.

A batch is a dictionary of NumPy arrays, all of as many jets: of numbers (a column of the jet), or of arrays (one value
a constituent, as long as the jet has constituents). Constituents are sorted by falling pT; of longer jets the leading
ones are kept. Needs h5py and NumPy.
"""

import argparse
import os
import sys

try:
    import h5py
    import numpy as np
except ImportError as missing:
    sys.exit(f"{os.path.basename(sys.argv[0])} needs h5py and numpy: pip install {missing.name}")

MOMENTUM = ("energy", "px", "py", "pz")


def arguments(description, inputs):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help=inputs)
    parser.add_argument("output", help="HDF5 file to write")
    parser.add_argument("--constituents", type=int, default=128, help="places for each jet (default 128)")
    parser.add_argument("--prefix", default="part_", help="of the momenta's columns: PREFIXenergy, PREFIXpx, ... (part_)")
    parser.add_argument("--label", nargs="+", default=["label_*"],
                        help="columns of the class: one number, or one-hot (label_*, else label)")
    parser.add_argument("--columns", nargs="*", default=[], help="more columns of constituents, or of jets, to keep")
    parser.add_argument("--overwrite", action="store_true", help="replace the output")
    return parser


def label_columns(wanted, names):
    """The columns of the file that --label means, in the file's order for a pattern."""
    if wanted == ["label_*"]:
        found = [name for name in names if name.startswith("label_")]
        return found or (["label"] if "label" in names else [])
    missing = [name for name in wanted if name not in names]
    if missing:
        sys.exit(f"the file has no column {missing[0]}; it has {', '.join(names)}")
    return wanted


def wanted_columns(options, names):
    """(momenta, labels, all) of a file with the columns `names`."""
    momenta = [options.prefix + part for part in MOMENTUM]
    for name in momenta + options.columns:
        if name not in names:
            sys.exit(f"the file has no column {name}; it has {', '.join(names)}")
    labels = label_columns(options.label, names)
    return momenta, labels, momenta + [n for n in labels + options.columns if n not in momenta]


def classes(batch, labels):
    """The class of each jet: a number, or the place of the only 1."""
    columns = np.stack([np.asarray(batch[name], dtype=np.float64) for name in labels], -1)
    if len(labels) == 1:
        columns = columns[:, 0]
        found = columns.astype(np.int64)
        if np.any(found != columns) or np.any(found < 0):
            sys.exit(f"column {labels[0]} holds what is no class 0, 1, 2, ...")
        return found
    if np.any((columns != 0) & (columns != 1)) or np.any(columns.sum(1) != 1):
        sys.exit(f"columns {', '.join(labels)} are not one-hot (a single 1, and zeros)")
    return columns.argmax(1)


def flat(column):
    return np.concatenate([np.asarray(x) for x in column]) if len(column) else np.zeros(0)


def padded(batch, momenta, more, places):
    """The columns of constituents as (jets, places), by falling pT, zeros behind; and how many were left out."""
    counts = np.array([len(x) for x in batch[momenta[0]]], dtype=np.int64)
    values = {name: flat(batch[name]) for name in momenta + more}
    for name, column in values.items():
        if len(column) != counts.sum():
            sys.exit(f"column {name} has not as many values as {momenta[0]}")
    jet = np.repeat(np.arange(len(counts)), counts)
    pt = np.hypot(values[momenta[1]].astype(np.float64), values[momenta[2]].astype(np.float64))
    order = np.lexsort((-pt, jet))
    at = np.arange(len(jet)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = at < places
    arrays = {}
    for name, column in values.items():
        array = np.zeros((len(counts), places), dtype=np.float32)
        array[jet[kept], at[kept]] = column[order][kept]
        arrays[name] = array
    return arrays, int((~kept).sum())


class JetFile:
    """An HDF5 file that grows by batches; it appears under its name when it is whole."""

    def __init__(self, path, overwrite):
        if os.path.exists(path) and not overwrite:
            sys.exit(f"{path} exists; --overwrite replaces it")
        self.path, self.unfinished = path, path + ".writing"
        self.file = h5py.File(self.unfinished, "w")
        self.jets = 0

    def append(self, arrays):
        jets = len(next(iter(arrays.values())))
        for name, array in arrays.items():
            if name not in self.file:
                self.file.create_dataset(name, shape=(0, *array.shape[1:]), maxshape=(None, *array.shape[1:]),
                                         chunks=(1000, *array.shape[1:]), dtype=array.dtype, compression="gzip",
                                         compression_opts=1, shuffle=True)
            dataset = self.file[name]
            if not np.can_cast(array.dtype, dataset.dtype):
                sys.exit(f"column {name} is of {dataset.dtype} at first, and later of {array.dtype}: convert them apart")
            dataset.resize(self.jets + jets, axis=0)
            dataset[self.jets:] = array
        self.jets += jets

    def close(self):
        self.file.close()
        os.replace(self.unfinished, self.path)


def convert(options, batches, names):
    """Writes all batches, and says what a config needs to read the file."""
    momenta, labels, _ = wanted_columns(options, names)
    out = JetFile(options.output, options.overwrite)
    left_out = 0
    of_constituents = []
    for batch in batches:
        lists = [name for name in options.columns if batch[name].dtype == object]
        of_constituents = of_constituents or lists
        arrays, more = padded(batch, momenta, lists, options.constituents)
        left_out += more
        for name in options.columns:
            if name not in lists:
                arrays[name] = np.asarray(batch[name])
        if labels:
            arrays["label"] = classes(batch, labels).astype(np.int32)
        out.append(arrays)
    if labels:
        out.file.attrs["classes"] = labels
    out.close()
    print(f"{options.output}: {out.jets} jets with up to {options.constituents} constituents"
          + (f" ({left_out} softer ones left out)" if left_out else ""))
    columns = dict(zip(MOMENTUM, momenta)) | ({"label": "label"} if labels else {})
    if len(labels) > 1:
        print("classes: " + ", ".join(f"{i} {name}" for i, name in enumerate(labels)))
    of_jets = [name for name in options.columns if name not in of_constituents]
    for key, kept in (("jet_columns", of_jets), ("constituent_columns", of_constituents)):
        if kept:
            print(f"what the network may see, too: data.jets.{key}: [{', '.join(kept)}]")
    print("data: {preset: none, jets: {" + ", ".join(f"{k}: {v}" for k, v in columns.items()) + "}}")
