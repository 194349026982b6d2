#!/usr/bin/env bash
# browser_test.sh JETRAIN: a report, and the pages of a scaling study, in a real browser, as wide as a desk's and as a
# phone's: all figures are drawn, nothing is complained of in the console, nothing sticks out of the page.
# Environment: TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
for program in gnuplot chromium; do
  command -v $program >/dev/null || { echo "SKIPPED: no $program"; exit 77; }
done

"$jetrain" generate jets.h5 --jets 1000 --seed 3 >/dev/null
"$jetrain" generate others.h5 --jets 1000 --seed 4 >/dev/null
"$jetrain" train "$TEST_DATA_DIR/../../configs/notebook.yaml" --set data.files=jets.h5 --set train.epochs=2 --out run \
  --quiet || fail "train"
"$jetrain" predict run/best.h5 others.h5 "scores of a tagger with a rather long name.csv" >/dev/null
"$jetrain" report run --predictions scores*.csv --out report.html >/dev/null || fail "report"
"$jetrain" scaling run "$TEST_DATA_DIR/../../configs/notebook.yaml" --set data.files=jets.h5 --set train.epochs=1 \
  --ranks 1 --threads 1 --repeat 2 --out study --quiet || fail "scaling run"
"$jetrain" scaling report study --out study.html >/dev/null || fail "scaling report"
"$jetrain" scaling project study --out projection.html >/dev/null || fail "scaling project"

# The page has no scripts; this one tells what the browser made of it, in the page's title.
cat >look.html <<'HTML'
<script>
addEventListener("load", () => {
  const drawn = [...document.images].filter(image => image.complete && image.naturalWidth > 0);
  const page = document.documentElement;
  document.title = `${drawn.length} of ${document.images.length} drawn, ${page.scrollWidth - innerWidth} too wide`;
});
</script>
HTML
look() {  # look PAGE WIDTH: the title that the page ends with, in title.txt; what the console says, in console.txt
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/browser" --window-size="$2,844" \
    --enable-logging=stderr --dump-dom "file://$folder/$1" 2>browser.txt |
    sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' | head -1 >title.txt
  grep CONSOLE browser.txt >console.txt || true
}
for page in report study projection; do
  cat $page.html look.html >looked_at.html
  figures=$(grep -o '<figure' $page.html | wc -l)
  [ "$figures" -ge 3 ] || fail "$page: $figures figures"
  for width in 1280 500; do
    look looked_at.html $width
    [ ! -s console.txt ] || fail "$page, width $width: $(cat console.txt)"
    grep -qx "$figures of $figures drawn, -\?[0-9]* too wide" title.txt || fail "$page, width $width: $(cat title.txt) of $figures"
    [ "$(sed 's/.* \(-\?[0-9]*\) too wide/\1/' title.txt)" -le 0 ] || fail "$page, width $width: $(cat title.txt)"
  done
done

# The same eyes see what is wrong with a page that is.
sed '0,/base64,[A-Za-z0-9]\{40\}/s//base64,/; s/<\/body>/<script>missing()<\/script><div style="width:3000px">x<\/div>&/' \
  looked_at.html >broken.html
look broken.html 500
grep -q missing console.txt || fail "an error in the console is not seen"
grep -qx "$((figures - 1)) of $figures drawn, [1-9][0-9]* too wide" title.txt || fail "broken, but: $(cat title.txt)"
