#!/usr/bin/env bash
# generate_test.sh JETRAIN: `jetrain generate` with one and three ranks and every compression, read by pandas.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
refused() {  # refused TEXT COMMAND...: COMMAND must exit with status 2 and say TEXT
  local text=$1 status=0
  shift
  "$@" >out.txt 2>&1 || status=$?
  [ "$status" = 2 ] || fail "'$*' ended with status $status, not 2: $(cat out.txt)"
  grep -q -- "$text" out.txt || fail "'$*' does not say '$text': $(cat out.txt)"
}

"$jetrain" generate one.h5 --jets 1234 --seed 7 >summary.txt
grep -q "1234 jets" summary.txt || fail "no summary: $(cat summary.txt)"
OMP_NUM_THREADS=2 "$MPIRUN" 3 "$jetrain" generate three.h5 --jets 1234 --seed 7
"$MPIRUN" 2 "$jetrain" generate gzip.h5 --jets 1234 --seed 7 --compression gzip
"$jetrain" generate none.h5 --jets 1234 --seed 7 --compression none
"$jetrain" generate other.h5 --jets 1234 --seed 8
"$MPIRUN" 3 "$jetrain" generate tiny.h5 --jets 1
others=(--jets 200 --pt 700:750 --mass 190 --smearing 2 --pileup 20)
"$jetrain" generate others.h5 "${others[@]}" | contains "pT 700 to 750 GeV, mass 190 GeV, smearing 2, pile-up 20" ||
  fail "the summary does not say which jets they are"
OMP_NUM_THREADS=2 "$MPIRUN" 2 "$jetrain" generate others_2.h5 "${others[@]}" >/dev/null

refused "overwrite" "$jetrain" generate one.h5 --jets 10
refused "overwrite" "$MPIRUN" 2 "$jetrain" generate one.h5 --jets 10
refused "no folder" "$jetrain" generate missing/x.h5 --jets 10
refused "is a folder" "$jetrain" generate . --jets 10
refused "at least 1" "$jetrain" generate x.h5 --jets 0
refused "at least 1" "$jetrain" generate x.h5 --jets -5
refused "zip9" "$jetrain" generate x.h5 --jets 5 --compression zip9
refused "give two numbers" "$jetrain" generate x.h5 --jets 5 --pt 550
refused "from 200 to 5000" "$MPIRUN" 2 "$jetrain" generate x.h5 --jets 5 --pt 100:200
refused "a smaller mass" "$MPIRUN" 2 "$jetrain" generate x.h5 --jets 5 --mass 900
refused "pileup" "$jetrain" generate x.h5 --jets 5 --pileup -3
refused "line has none" "$jetrain" generate x.h5 --rows 5 --kind line --smearing 2
[ ! -e x.h5 ] || fail "a refused command left x.h5"
"$jetrain" generate tiny.h5 --jets 25 --overwrite
ls ./*.writing >/dev/null 2>&1 && fail "a temporary file is left"

python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c "import pandas, tables" 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
  echo "SKIPPED: no python3 with pandas and tables (Debian: python3-pandas python3-tables)"
  exit 77
fi
"$python" - <<'PYTHON'
import numpy as np
import pandas as pd

read = lambda name: pd.read_hdf(name, key="table")
one = read("one.h5")
columns = [f"{c}_{i}" for i in range(200) for c in ("E", "PX", "PY", "PZ")]
columns += ["truthE", "truthPX", "truthPY", "truthPZ", "ttv", "is_signal_new"]
assert list(one.columns) == columns, one.columns
assert (one.dtypes[:804] == np.float32).all() and (one.dtypes[804:] == np.int64).all(), one.dtypes
assert list(one.index) == list(range(1234)), one.index
ttv = one["ttv"].to_numpy()
assert (ttv[:740] == 0).all() and (ttv[740:987] == 2).all() and (ttv[987:] == 1).all(), np.bincount(ttv)
label = one["is_signal_new"].to_numpy()
assert all(len(set(label[i:i + 10])) == 1 for i in range(0, 1234, 10)), "blocks of ten of one class"
assert abs(2 * int(label.sum()) - 1234) <= 20, label.sum()
assert ((one["truthE"] > 0) == (label == 1)).all()
for name in ("three.h5", "gzip.h5", "none.h5"):
    pd.testing.assert_frame_equal(one, read(name), check_exact=True)
assert not one.equals(read("other.h5")), "the seed does nothing"
pd.testing.assert_frame_equal(read("others.h5"), read("others_2.h5"), check_exact=True)
others = read("others.h5")
pt = np.hypot(*[others[[c for c in columns if c.startswith(p)]].sum(axis=1) for p in ("PX_", "PY_")])
assert (pt > 699.9).all() and (pt < 750.1).all(), (pt.min(), pt.max())
assert len(read("tiny.h5")) == 25
print("pandas agrees")
PYTHON
