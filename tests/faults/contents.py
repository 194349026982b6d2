"""What files hold, so that it can be compared: without times, speeds, and where HDF5 put things."""

import csv
import hashlib
import io
import json
import re
import subprocess

# Of a run's records: what tells of the machine, not of the result.
OF_THE_MACHINE = {"seconds", "jets_per_second", "peak_rss_bytes", "stragglers", "ranks", "threads"}
TIME = re.compile(r"\d+(\.\d+)?( (ms|s|min|MB|GB|GFLOP/s)\b|( |&#160;)?jets/s)|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")
BLOSC_SAYS = "Error allocating memory!"  # on stdout, before its caller decides what becomes of it


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def of_text(text):
    return TIME.sub("T", text.replace(BLOSC_SAYS, ""))


def of_json(text):
    def kept(value):
        if isinstance(value, dict):
            return {key: kept(item) for key, item in value.items() if key not in OF_THE_MACHINE}
        return [kept(item) for item in value] if isinstance(value, list) else value

    return json.dumps(kept(json.loads(text)), sort_keys=True)


def of_csv(text):
    rows = list(csv.reader(io.StringIO(text)))
    kept = [i for i, name in enumerate(rows[0]) if name not in OF_THE_MACHINE]
    return "\n".join(",".join(row[i] for i in kept) for row in rows)


def of_hdf5(bench, path):
    read = subprocess.run([bench.tools / "hdf5_contents", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return read.stdout.decode() if read.returncode == 0 else f"no whole file {digest(path)}"


def contents(bench, kind, path):
    """None where there is no such file."""
    if not path.is_file():
        return None
    if kind == "bytes":
        return digest(path)
    if kind == "hdf5":
        return of_hdf5(bench, path)
    text = path.read_text(errors="replace")
    try:
        return {"text": of_text, "json": of_json, "csv": of_csv}[kind](text)
    except (ValueError, IndexError):  # cut off
        return f"unreadable: {text}"


def listing(folder):
    """Path: digest of all files below; names that hold times and process numbers without these."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = re.sub(r"tfevents\..*", "tfevents", str(path.relative_to(folder)))
        files[name] = digest(path) if path.is_file() else "folder"
    return files
