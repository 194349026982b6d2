#!/usr/bin/env python3
"""Jets of a ROOT tree to an HDF5 file that jetrain reads: JetClass, and whatever weaver trains on.

    python3 launch/convert_root.py JetClass/*.root jets.h5
    python3 launch/convert_root.py jets.root jets.h5 --tree Events --prefix pf_ --label is_top

A branch of lists a momentum (part_energy, part_px, part_py, part_pz), and labels label_* (one-hot). It ends with the
lines of a config that read the file. Needs uproot (pip install uproot), h5py and NumPy.
"""

import sys

from jets_to_hdf5 import arguments, convert, wanted_columns

try:
    import uproot
except ImportError:
    uproot = None  # --help does without

BATCH_JETS = 50_000


def main():
    parser = arguments(__doc__, "ROOT files")
    parser.add_argument("--tree", default="tree", help="name of the tree (tree)")
    options = parser.parse_args()
    if uproot is None:
        sys.exit("convert_root.py needs uproot: pip install uproot")

    def tree_of(path):
        file = uproot.open(path)
        names = [str(key).split(";")[0] for key in file.keys()]
        if options.tree not in names:
            sys.exit(f"{path} has no tree {options.tree}; it has {', '.join(names)}")
        return file[options.tree]

    names = [str(key) for key in tree_of(options.inputs[0]).keys()]

    def batches():
        for path in options.inputs:
            tree = tree_of(path)
            wanted = wanted_columns(options, [str(key) for key in tree.keys()])[2]
            yield from tree.iterate(wanted, step_size=BATCH_JETS, library="np")

    convert(options, batches(), names)


if __name__ == "__main__":
    main()
