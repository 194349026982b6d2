#!/usr/bin/env python3
"""make_pandas_sample.py JETS.h5: writes pandas_sample_blosc.h5 (the first 205 jets, as pandas and PyTables
write them) and pandas_sample.json, what a reader must find in it."""
import json
import os
import sys

import pandas as pd

ROWS = 205  # not a multiple of the chunk: the last chunk is a partial one
here = os.path.dirname(os.path.abspath(__file__))
frame = pd.read_hdf(sys.argv[1], key="table", stop=ROWS)
out = os.path.join(here, "pandas_sample_blosc.h5")
frame.to_hdf(out, key="table", mode="w", format="table", complib="blosc", complevel=5)
momenta = frame.iloc[:, :800].to_numpy("float64")
with open(os.path.join(here, "pandas_sample.json"), "w") as file:
    json.dump({"rows": ROWS,
               "sum": momenta.sum(axis=1).tolist(),
               "leading_energy": momenta[:, 0].tolist(),
               "truth_energy": frame["truthE"].tolist(),
               "ttv": frame["ttv"].tolist(),
               "is_signal": frame["is_signal_new"].tolist()}, file)
