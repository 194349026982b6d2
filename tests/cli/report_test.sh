#!/usr/bin/env bash
# report_test.sh JETRAIN: the page and the pictures of two runs, of one without its data, of a regression, of other
# taggers; refusals.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
command -v gnuplot >/dev/null || { echo "skipped: there is no gnuplot"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
configs=$TEST_DATA_DIR/../../configs

"$jetrain" generate jets.h5 --jets 1000 --seed 3 >/dev/null
train() {  # train CONFIG OUT WORDS...
  "$jetrain" train "$configs/$1" --out "$2" "${@:3}" >train.txt 2>&1 || fail "$(cat train.txt)"
}
train notebook.yaml "it's <a> run" --set data.files=jets.h5 --set train.epochs=2
train notebook.yaml second --set data.files=jets.h5 --set train.epochs=2 --set train.batch_size=100 --set image.normalize=sum

"$MPIRUN" 2 "$jetrain" report "it's <a> run" second --out report.html >report.txt 2>&1 || fail "$(cat report.txt)"
[ "$(grep -c 'report.html: ' report.txt)" = 1 ] || fail "not one rank speaks: $(cat report.txt)"
cat >check.py <<'PYTHON'
import base64, html.parser, re, sys, xml.etree.ElementTree as tree
VOID = {"meta", "img", "link", "br", "hr", "input"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.figures, self.text, self.inside = [], {}, "", None
    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if tag not in VOID: self.open.append(tag)
        assert tag not in ("script", "link", "iframe", "object"), tag
        assert "href" not in attributes and "style" not in attributes, attributes
        if tag == "figure":
            self.inside = attributes["id"]
            assert self.inside not in self.figures, self.inside
        if tag == "img":
            assert len(attributes["alt"]) > 10 and self.inside, attributes["alt"]
            kind, data = re.fullmatch(r"data:image/(svg\+xml|png);base64,([A-Za-z0-9+/=]+)", attributes["src"]).groups()
            data = base64.b64decode(data, validate=True)
            assert tree.fromstring(data).tag.endswith("svg") if kind != "png" else data.startswith(b"\x89PNG")
            self.figures[self.inside] = attributes["alt"]
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        if "style" not in self.open: self.text += data + "\n"
text = open(sys.argv[1], encoding="utf8").read()
page = Page()
page.feed(text)
assert page.open == [], page.open
assert not re.search(r"https?:|url\(|@import", text)
wanted = set(sys.argv[2].split())
assert set(page.figures) == wanted, set(page.figures) ^ wanted
for words in sys.argv[3:]:
    assert words in page.text, words
PYTHON
check() { python3 check.py "$@" || fail "$1 is not as it should be"; }
gallery() { echo "gallery_top_right$1 gallery_qcd_right$1 gallery_top_wrong$1 gallery_qcd_wrong$1 filters$1"; }
curves="loss accuracy phases throughput"
tagging="roc scores calibration"
steps="average_raw average_centred average_rotated average_normalised"
check report.html "$curves $tagging $steps average_normalised_2 $(gallery _1) $(gallery _2)" \
  "it's <a> run" train.batch_size image.normalize conv2d_3 "called QCD" \
  "$(sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' second/result.json)"
# The metrics computed anew are those of the training.
python3 - <<'PYTHON' || fail "the metrics are not those of result.json"
import json, re
best = json.load(open("second/result.json"))["best"]
page = open("report.html").read()
auc = re.findall(r'scope="row">second</th><td>.*?</td><td>.*?</td><td>(\S+) <span>', page)
assert auc == [f"{best['val_auc']:.4f}"], (auc, best)
PYTHON

"$jetrain" report second --format svg --out pictures >report.txt || fail "$(cat report.txt)"
[ "$(ls pictures | wc -l)" = 16 ] || fail "$(ls pictures)"
python3 -c 'import sys, xml.etree.ElementTree as t; [t.parse(f) for f in sys.argv[1:]]' pictures/*.svg || fail "svg"
"$jetrain" report second --format pdf --jets 100 --out pictures >report.txt || fail "$(cat report.txt)"
[ "$(head -c 5 pictures/roc.pdf)" = "%PDF-" ] || fail "roc.pdf is no PDF"

# Without its data, a run is reported as far as it goes; --data names their new place.
mv jets.h5 moved.h5
"$jetrain" report second --out without.html >report.txt || fail "$(cat report.txt)"
check without.html "$curves filters" "the data file jets.h5 is not there"
"$jetrain" report second --data moved.h5 --jets 0 --out moved.html >report.txt || fail "$(cat report.txt)"
check moved.html "$curves $tagging $steps $(gallery '')" "called QCD"

# A regression on plain arrays has neither accuracy nor classes.
"$jetrain" generate line.h5 --kind line --rows 200 >/dev/null
train line_fit.yaml line --set data.files=line.h5 --set train.epochs=2
"$jetrain" report line --out line.html >report.txt || fail "$(cat report.txt)"
check line.html "loss phases throughput" "does not tell two classes apart"

# Other taggers beside a run, and alone, with the figures that metrics gives them.
"$jetrain" predict second/best.h5 moved.h5 own.h5 >/dev/null
mkdir elsewhere
awk 'BEGIN { OFS = ","; print "truth", "p"; for (i = 0; i < 400; ++i) print i % 2, (i * 37 % 101 + 60 * (i % 2)) / 200 }' >theirs.csv
sed 's/,/,-/' theirs.csv >elsewhere/theirs.csv
sed -i 1s/-// elsewhere/theirs.csv
"$MPIRUN" 2 "$jetrain" report second --data moved.h5 --predictions theirs.csv elsewhere/theirs.csv --score p --label truth \
  --out compared.html >report.txt 2>&1 || fail "$(cat report.txt)"
check compared.html "$curves $tagging $steps $(gallery '')" "second, theirs.csv, elsewhere/theirs.csv" \
  "need not be the runs' validation jets" "Without elsewhere/theirs.csv: its scores are no probabilities"
"$jetrain" report --predictions own.h5 --format svg --out alone >report.txt || fail "$(cat report.txt)"
[ "$(ls alone | xargs)" = "calibration.svg roc.svg scores.svg" ] || fail "$(ls alone)"
grep -q 'own.h5: .* at 0.3, .* at 0.5' alone/roc.svg || fail "the legend of the ROC curve does not name the file"
"$jetrain" report --predictions own.h5 --out alone.html >report.txt || fail "$(cat report.txt)"
check alone.html "$tagging" "Files: on all"
"$jetrain" metrics own.h5 >metrics.txt
python3 - <<'PYTHON' || fail "the table has other figures than metrics: $(cat metrics.txt)"
import re
row = re.search(r'scope="row">own.h5</th>(.*)</tr>', open("alone.html").read()).group(1)
cells = re.findall(r"<td>(.*?)</td>", re.sub(r" <span>± |</span>", " +- ", row))
wanted = re.split(r"  +", open("metrics.txt").readlines()[1].strip())[1:]
assert [re.sub(r" \+- $", "", cell) for cell in cells] == wanted, (cells, wanted)
PYTHON

# refused STATUS WORDS COMMAND...: it ends so, and says so.
refused() {
  local status=0
  timeout 60 "${@:3}" >refused.txt 2>&1 || status=$?
  [ $status = "$1" ] && grep -q -- "$2" refused.txt || fail "status $status, wanted $1 and '$2': $(cat refused.txt)"
}
refused 2 "report.html exists already" "$jetrain" report second
refused 1 "cannot read nowhere/config.yaml" "$MPIRUN" 2 "$jetrain" report nowhere --out other.html
refused 2 "name a run, or files of scores" "$jetrain" report
refused 1 "nowhere.csv" "$jetrain" report second --predictions nowhere.csv --out other.html
refused 1 "label" "$jetrain" report second --predictions theirs.csv --score p --out other.html
awk -F, 'NR == 1 || $1 == 1' theirs.csv >tops.csv
refused 1 "tops.csv: all 200 labels are 1" "$jetrain" report second --predictions tops.csv --score p --label truth --format svg --out other
[ ! -e other ] || fail "pictures of bad files"
refused 1 "the package gnuplot-nox" "$MPIRUN" 1 env PATH="$folder" "$jetrain" report second --out other.html
mkdir bin
printf '#!/bin/sh\necho no such terminal >&2; exit 1\n' >bin/gnuplot
chmod +x bin/gnuplot
refused 1 "could not draw the pictures: no such terminal" env PATH="$folder/bin:$PATH" "$jetrain" report second --out other.html
[ ! -e other.html ] || fail "a page without pictures was written"

# In a real browser, where there is one: nothing to complain of, every picture shown, and no wider than a narrow window.
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "all as it should be; there is no browser to look at it"; exit 0; }
cat report.html - >seen.html <<'HTML'
<script>
addEventListener("load", () => {
  const shown = [...document.images].filter(picture => picture.complete && picture.naturalWidth > 0).length;
  const root = document.documentElement;
  document.title = `${shown} of ${document.images.length} shown, ${root.scrollWidth - root.clientWidth} pixels too wide`;
});
</script>
HTML
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --enable-logging=stderr \
  --window-size=390,844 --dump-dom "file://$folder/seen.html" >dom.txt 2>browser.txt || fail "$(tail browser.txt)"
if grep CONSOLE browser.txt; then fail "the browser complains"; fi
grep -q "<title>22 of 22 shown, 0 pixels too wide</title>" dom.txt || fail "$(grep -o '<title>.*</title>' dom.txt)"
echo "all as it should be"
