#!/usr/bin/env python3
"""Jets of Parquet files to an HDF5 file that jetrain reads, as of jet-universe's collections on Hugging Face.

    python3 launch/convert_parquet.py top_landscape/train*.parquet train.h5
    python3 launch/convert_parquet.py qg.parquet qg.h5 --columns jet_pt part_charge

A column of lists a momentum (part_energy, part_px, part_py, part_pz), and labels: label, or label_* (one-hot). It ends
with the lines of a config that read the file. Needs pyarrow (pip install pyarrow), or a pandas that reads Parquet;
h5py and NumPy.
"""

import sys

from jets_to_hdf5 import arguments, convert, wanted_columns

try:
    import pyarrow.parquet as parquet
except ImportError:
    parquet = None
    try:
        import pandas
        from pandas.io.parquet import get_engine

        get_engine("auto")
    except ImportError:
        pandas = None  # --help does without

BATCH_JETS = 50_000


def names_of(path):
    return list(parquet.ParquetFile(path).schema_arrow.names if parquet else pandas.read_parquet(path).columns)


def batches_of(path, wanted):
    if parquet is None:
        frame = pandas.read_parquet(path, columns=wanted)
        yield {name: frame[name].to_numpy() for name in wanted}
        return
    for batch in parquet.ParquetFile(path).iter_batches(batch_size=BATCH_JETS, columns=wanted):
        yield {name: batch.column(batch.schema.get_field_index(name)).to_numpy(zero_copy_only=False) for name in wanted}


def main():
    options = arguments(__doc__, "Parquet files").parse_args()
    if parquet is None and pandas is None:
        sys.exit("convert_parquet.py needs pyarrow: pip install pyarrow")

    def batches():
        for path in options.inputs:
            yield from batches_of(path, wanted_columns(options, names_of(path))[2])

    convert(options, batches(), names_of(options.inputs[0]))


if __name__ == "__main__":
    main()
