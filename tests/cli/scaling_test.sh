#!/usr/bin/env bash
# scaling_test.sh JETRAIN: a scaling study in one job, from its points to its report; interrupted and gone on with;
# wrong requests; job scripts.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
config=$TEST_DATA_DIR/../../configs/notebook.yaml

"$jetrain" generate jets.h5 --jets 600 --seed 3 >/dev/null
settings=(--set data.files=jets.h5 --set train.epochs=1)

"$MPIRUN" 3 "$jetrain" scaling run "$config" "${settings[@]}" --ranks 1,3 --threads 1,2 --repeat 1 --out study >run.txt 2>&1 ||
  fail "$(cat run.txt)"
[ "$(ls study/strong_*/point.json | wc -l)" = 4 ] || fail "not four points: $(cat run.txt)"
"$MPIRUN" 3 "$jetrain" scaling run "$config" "${settings[@]}" --ranks 2 --mode weak --repeat 2 --out study >>run.txt 2>&1 ||
  fail "$(cat run.txt)"

"$jetrain" scaling report study --out report.html >report.txt || fail "$(cat report.txt)"
grep -q 'gave the same weights, bit for bit' report.txt || fail "$(cat report.txt)"
hash=$(sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' study/strong_r0003_t02_0/result.json)
grep -q "$hash" report.txt || fail "the report has another hash than result.json"
python3 - <<'PYTHON' || fail "the report's files"
import csv, json
rows = list(csv.DictReader(open("report.csv")))
assert len(rows) == 5, rows
assert {(r["mode"], r["ranks"], r["threads"]) for r in rows} == {("strong", "1", "1"), ("strong", "1", "2"),
    ("strong", "3", "1"), ("strong", "3", "2"), ("weak", "2", "1")}
assert rows[0]["efficiency"] == "1.0" and int(rows[4]["repeats"]) == 2 and int(rows[4]["batch_size"]) == 100
for row in rows:
    assert float(row["jets_per_second"]) > 0 and float(row["compute_seconds"]) > 0 and float(row["peak_rss_bytes"]) > 1e6
points = json.load(open("report.json"))["points"]
assert [str(p["workers"]) for p in points] == [r["workers"] for r in rows]
PYTHON

# pictures PAGE NAMES: the page holds these, each a whole SVG.
pictures() {
  python3 - "$@" <<'PYTHON' || fail "the pictures of $1"
import base64, re, sys, xml.etree.ElementTree as tree
page = open(sys.argv[1]).read()
found = re.findall('<figure id="([^"]*)"><img [^>]*src="data:image/svg.xml;base64,([^"]*)">', page)
assert [name for name, _ in found] == sys.argv[2].split(), [name for name, _ in found]
for _, data in found:
    assert tree.fromstring(base64.b64decode(data)).tag.endswith("svg")
PYTHON
}
# The page says why it has none where there is no gnuplot, and all the numbers are there; the report is made all the same.
mkdir bin
"$MPIRUN" 1 env PATH="$folder/bin" "$jetrain" scaling report study --out bare.html >bare.txt || fail "without gnuplot: $(cat bare.txt)"
grep -q '^note: no pictures: they are drawn by gnuplot .* the package gnuplot-nox' bare.txt || fail "$(cat bare.txt)"
grep -q '^bare.html has the tables, bare.csv and .json the numbers' bare.txt || fail "$(cat bare.txt)"
grep -q 'class="note">no pictures: they are drawn by gnuplot' bare.html && grep -q '<span>3x2</span>' bare.html || fail "bare.html"
pictures bare.html ""
cmp bare.csv report.csv && cmp bare.json report.json || fail "other numbers without gnuplot"
if command -v gnuplot >/dev/null; then
  grep -q '^report.html has the plots, report.csv and .json the numbers' report.txt || fail "$(cat report.txt)"
  pictures report.html "throughput efficiency phases_strong phases_weak"
  if grep -q 'class="note"' report.html; then fail "a note in report.html"; fi
fi
# Numbers stay where a gnuplot that is there cannot draw.
printf '#!/bin/sh\necho no such terminal >&2; exit 1\n' >bin/gnuplot
chmod +x bin/gnuplot
status=0
PATH=$folder/bin:$PATH "$jetrain" scaling report study --out broken.html >broken.txt 2>&1 || status=$?
[ $status = 1 ] && grep -q 'could not draw the pictures: no such terminal' broken.txt || fail "$status: $(cat broken.txt)"
grep -q 'gave the same weights, bit for bit' broken.txt && cmp broken.csv report.csv && [ -e broken.json ] && [ ! -e broken.html ] ||
  fail "what is left where gnuplot fails"

# What the points let one expect of more ranks (points on shared cores are left out, so how many there are is open).
"$jetrain" scaling project study --ranks 1,64 --bandwidth 10Gbit --latency 5us --out projection.html >projection.txt ||
  fail "$(cat projection.txt)"
grep -q 'breaks first' projection.txt || fail "$(cat projection.txt)"
python3 - <<'PYTHON' || fail "the projection's files"
import csv, json
rows = list(csv.DictReader(open("projection.csv")))
assert [(r["mode"], r["ranks"]) for r in rows] == [("strong", "1"), ("strong", "64"), ("weak", "1"), ("weak", "64")], rows
assert float(rows[0]["efficiency"]) == 1 and 0 < float(rows[1]["efficiency"]) < 1
network = json.load(open("projection.json"))["network"]
assert abs(network["bandwidth_bytes_per_second"] - 1.25e9) < 1 and network["latency_seconds"] == 5e-6
PYTHON
! command -v gnuplot >/dev/null || pictures projection.html "efficiency shares_strong shares_weak"

# The same command goes on: a point that is there is not measured again, one that is missing is.
rm -r study/strong_r0001_t02_0
before=$(stat -c %Y.%i study/strong_r0003_t02_0/point.json)
"$MPIRUN" 3 "$jetrain" scaling run "$config" "${settings[@]}" --ranks 1,3 --threads 1,2 --repeat 1 --out study >again.txt 2>&1 ||
  fail "$(cat again.txt)"
[ -e study/strong_r0001_t02_0/point.json ] || fail "the missing point was not measured"
[ "$before" = "$(stat -c %Y.%i study/strong_r0003_t02_0/point.json)" ] || fail "a point was measured twice"

# refused STATUS WORDS COMMAND...: it ends so, and says so.
refused() {
  local status=0
  timeout 60 "${@:3}" >refused.txt 2>&1 || status=$?
  [ $status = "$1" ] && grep -q -- "$2" refused.txt || fail "status $status, wanted $1 and '$2': $(cat refused.txt)"
}
refused 2 "8 ranks are asked for, but there are 2" "$MPIRUN" 2 "$jetrain" scaling run "$config" "${settings[@]}" --ranks 8
refused 2 "holds a study with another config (train.batch_size)" "$jetrain" scaling run "$config" "${settings[@]}" \
  --set train.batch_size=7 --ranks 1 --out study
refused 2 "--bandwidth" "$jetrain" scaling project study --bandwidth 100
refused 1 "holds no points" "$jetrain" scaling report "$folder"
refused 1 "diverged" "$MPIRUN" 2 "$jetrain" scaling run "$config" "${settings[@]}" --ranks 1,2 --repeat 1 --out diverges \
  --set train.optimizer.adam.learning_rate=1e30
# What failed at its first point can be mended without --overwrite.
"$jetrain" scaling run "$config" "${settings[@]}" --ranks 1 --repeat 1 --out diverges >again.txt 2>&1 || fail "$(cat again.txt)"
echo '{"mode": "strong"}' >study/strong_r0001_t01_0/point.json
refused 1 "strong_r0001_t01_0/point.json is not a point" "$jetrain" scaling report study

"$jetrain" scaling run "$config" "${settings[@]}" --ranks 1,4 --write-jobs --out jobs >/dev/null
for script in jobs/jobs/*; do bash -n "$script" || fail "$script is not a shell script"; done
grep -q "^#SBATCH --ntasks=4" jobs/jobs/r0004_t01.sbatch || fail "$(cat jobs/jobs/r0004_t01.sbatch)"
echo "all as it should be"
