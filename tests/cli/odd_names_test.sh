#!/usr/bin/env bash
# odd_names_test.sh JETRAIN: folders, files and members of studies with any bytes in their names: all verbs work on them,
# what they write can be read by JSON's, CSV's, XML's and HTML's readers, no shell takes them for commands, and no byte
# of them commands a terminal.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
export LC_ALL=C  # for bash, whose bytes these are

cat >check.py <<'PYTHON'
import base64, csv, html.parser, io, json, os, sys, xml.etree.ElementTree as tree
VOID = {"meta", "img", "link", "br", "hr", "input"}
ALLOWED = {9, 10}  # tabulators and ends of lines
def text_of(path):
    text = open(path, "rb").read().decode("utf-8")  # which refuses other bytes
    assert all(ord(c) in ALLOWED or (ord(c) >= 32 and not 127 <= ord(c) < 160) for c in text), path
    return text
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
    def handle_starttag(self, tag, pairs):
        assert tag not in ("script", "b"), tag
        if tag not in VOID: self.open.append(tag)
        source = dict(pairs).get("src", "")
        if source.startswith("data:image/svg"): tree.fromstring(base64.b64decode(source.split(",")[1]))
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
def check(path):
    if path.endswith(b".json"): json.loads(open(path, "rb").read().decode("utf-8"))
    elif path.endswith(b".csv"):
        rows = list(csv.reader(io.StringIO(open(path, "rb").read().decode("utf-8"), newline=""), strict=True))
        assert len({len(row) for row in rows}) <= 1, (path, rows)
    elif path.endswith(b".html"):
        page = Page()
        page.feed(text_of(path))
        assert page.open == [], path
    elif path.endswith(b".svg"): tree.fromstring(text_of(path))
    elif path.endswith((b".txt", b".yaml", b".sh", b".sbatch")): text_of(path)
    else: return 0
    return 1
checked = 0
for top in sys.argv[1:]:
    top = os.fsencode(top)
    if os.path.isfile(top): checked += check(top)
    for folder, _, files in os.walk(top):
        for name in files: checked += check(os.path.join(folder, name))
print(checked)
PYTHON

cat >"$folder/network.yaml" <<'TEXT'
image: {bins: 16}
model: {layers: [{conv2d: {filters: 3, kernel: 4, activation: relu}}, flatten, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 64, epochs: 1}
TEXT

said=$folder/said.txt
run() {  # run ARGUMENT...: jetrain, which succeeds and says nothing odd
  "$jetrain" "$@" >"$said" 2>&1 || fail "$name: $1: $(cat -v "$said")"
  python3 "$folder/check.py" "$said" >/dev/null || fail "$name: $1 prints odd bytes: $(cat -v "$said")"
}
refused() {  # refused STATUS ARGUMENT...: with one line, which is printable
  local status=0
  "$jetrain" "${@:2}" >"$said" 2>&1 || status=$?
  [ $status = "$1" ] || fail "$name: $2: status $status: $(cat -v "$said")"
  [ "$(wc -l <"$said")" = 1 ] || fail "$name: $2: not one line: $(cat -v "$said")"
  python3 "$folder/check.py" "$said" >/dev/null || fail "$name: $2 prints odd bytes: $(cat -v "$said")"
}

names=($'new\nline' 'both "quotes" it'\''s 100%d #<b>&amp; ε漢' $'byte\xff\xc3' $'all\n\t\e[31m\a\xff"'\''\\$(touch x)`touch y`%;<b>&#{}[]:, ')
number=0
for name in "${names[@]}"; do
  mkdir "work$((++number))"
  cd "work$number"
  run generate "$name.h5" --jets 300 --seed 5
  run inspect "$name.h5"
  # As a config names it: JSON's quotes are YAML's, and !!binary is for what is no UTF-8.
  python3 - "$name.h5" <<'PYTHON' >"$name.yaml"
import base64, json, os, sys
name = os.fsencode(sys.argv[1])
try: word = json.dumps(name.decode("utf-8"))
except UnicodeDecodeError: word = '!!binary "%s"' % base64.b64encode(name).decode()
print("data: {files: [%s], split: {method: tail, validation: 0.3, test: 0.2}}" % word)
print(open("../network.yaml").read())
PYTHON
  run config "$name.yaml"
  run train "$name.yaml" --out "$name" --log-level debug
  run train "$name.yaml" --out "$name" --resume --set train.epochs=2 # what it wrote down reads back
  run evaluate "$name/best.h5" "$name.h5" --json metrics.json --roc roc.csv
  run evaluate "$name/best.h5" "$name.h5" --split test
  run predict "$name/best.h5" "$name.h5" "$name.csv"
  cp "$name.csv" other.csv
  run metrics "$name.csv" other.csv --json both.json --roc both.csv
  run report "$name" --predictions other.csv "$name.csv" --out report.html
  run report "$name" --out pictures --format svg
  run export "$name/best.h5" model.onnx
  run convert "$name/best.h5" "$name.keras.h5"
  refused 2 train "$name.yaml" --out "$name"
  refused 1 inspect "no $name.h5"
  refused 2 train "$name.yaml" --out other --set "model.$name=3"
  refused 2 "$name"
  mkdir -p "data of $name"
  case "$name" in
    *$'\n'* | *$'\e'* | *$'\xff'* | *'\'*) refused 2 scaling run "$name.yaml" --ranks 1,2 --write-jobs --out "scaling $name" ;;
    *)
      run scaling run "$name.yaml" --ranks 1,2 --write-jobs --out "scaling $name"
      for script in "scaling $name"/jobs/*; do bash -n "$script" || fail "$script is no script"; done
      ;;
  esac
  run scaling run "$name.yaml" --ranks 1 --repeat 1 --out "points $name"
  run scaling report "points $name" --out scaling.html
  [ "$(python3 ../check.py . )" -ge 15 ] || fail "$name: what was written cannot be read"
  [ ! -e x ] && [ ! -e y ] && [ ! -e z ] || fail "$name: a shell took it for a command"
  cd ..
done

# Members of a study have the names that the user gives them.
name="a study"
"$jetrain" generate jets.h5 --jets 300 --seed 5 >/dev/null
{ cat network.yaml; cat <<'TEXT'; } >study.yaml
data: {files: [jets.h5], split: {method: tail, validation: 0.3}}
study:
  family:
    variants:
      variants:
        - {name: "a, \"b\"\nc \e[31m <b>", set: ["train.batch_size=64"]}
        - {name: "$(touch x) % 'd'", set: ["train.batch_size=32"]}
TEXT
run study study.yaml --out "st \"u\" dy"
[ "$(python3 check.py "st \"u\" dy")" -ge 6 ] || fail "what the study wrote cannot be read"
python3 - <<'PYTHON' || fail "other names in the study's table"
import csv
names = {row["name"] for row in csv.DictReader(open('st "u" dy/study.csv', newline=""))}
assert names == {'a, "b"\nc \x1b[31m <b>', "$(touch x) % 'd'"}, names
PYTHON
[ ! -e x ] || fail "a shell took a member's name for a command"
echo "all as it should be"
