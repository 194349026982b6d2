#!/usr/bin/env python3
"""Writes the small files of the reader's and the writer's tests with real pandas, from any file in the reference layout.

  make_pandas_files.py REFERENCE.h5 [FOLDER]        (Debian: python3-pandas python3-tables)

pandas_blosc.h5  200 rows, blosc level 5     pandas_zlib.h5  50 rows, zlib level 5     pandas_plain.h5  60 rows
pandas_expected.json  some of their values, as numpy read them: per file the rows, and for rows 0, the middle and the
last: index, the first three constituents (E, px, py, pz), the truth, ttv, is_signal_new, the number of constituents
"""
import json
import pathlib
import sys

import pandas as pd

FILES = {
    "pandas_blosc.h5": (0, 200, dict(complib="blosc", complevel=5)),
    "pandas_zlib.h5": (200, 250, dict(complib="zlib", complevel=5)),
    "pandas_plain.h5": (300, 360, dict()),
}


def expected(frame):
    rows = []
    for i in (0, len(frame) // 2, len(frame) - 1):
        values = frame.iloc[i]
        numbers = frame.iloc[i, :804].to_numpy("float32")
        rows.append({
            "row": i,
            "index": int(frame.index[i]),
            "constituents": [float(v) for v in numbers[:12]],
            "truth": [float(v) for v in numbers[800:804]],
            "constituent_count": int((numbers[:800:4] > 0).sum()),
            "ttv": int(values["ttv"]),
            "is_signal_new": int(values["is_signal_new"]),
        })
    return {"rows": len(frame), "signal_rows": int(frame["is_signal_new"].sum()), "values": rows}


def main():
    source = sys.argv[1]
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent)
    result = {}
    for name, (start, stop, options) in FILES.items():
        frame = pd.read_hdf(source, key="table", start=start, stop=stop)
        path = folder / name
        path.unlink(missing_ok=True)
        frame.to_hdf(path, key="table", format="table", mode="w", **options)
        result[name] = expected(pd.read_hdf(path, key="table"))
    (folder / "pandas_expected.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
