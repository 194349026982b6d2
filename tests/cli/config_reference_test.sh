#!/usr/bin/env bash
# config_reference_test.sh JETRAIN: configs/README.md ends with what `jetrain config --reference` prints; `jetrain config`
# prints a config that reads back to itself.
# Environment: TEST_DATA_DIR, beside which configs is; MPIRUN.
configs=$(realpath "$TEST_DATA_DIR/../../configs")
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"

sed '1,/^<!-- jetrain config --reference/d' "$configs/README.md" >written.md
[ -s written.md ] || fail "configs/README.md has no line <!-- jetrain config --reference"
OMPI_MCA_btl=nonsense "$jetrain" config --reference >printed.md || fail "config --reference needs MPI"
diff written.md printed.md >difference.txt ||
  fail "configs/README.md is not what jetrain config --reference prints; put that below its marker: $(head -20 difference.txt)"
"$MPIRUN" 2 "$jetrain" config --reference >twice.md
cmp -s twice.md printed.md || fail "two ranks print another reference"

"$jetrain" config "$configs/quickstart.yaml" --set train.epochs=7 >resolved.yaml
[ "$(head -n 1 resolved.yaml)" = "version: 2" ] || fail "the config begins with $(head -n 1 resolved.yaml)"
grep -q '^  epochs: 7$' resolved.yaml || fail "--set is not in the config"
"$MPIRUN" 2 "$jetrain" config resolved.yaml >again.yaml
cmp -s resolved.yaml again.yaml || fail "the resolved config does not read back to itself"

sed 's/^version: 2$/version: 3/' resolved.yaml >newer.yaml
status=0
"$jetrain" config newer.yaml >/dev/null 2>refusal.txt || status=$?
[ $status = 2 ] && grep -qF "newer.yaml:1: version: 3 was written by a newer jetrain" refusal.txt ||
  fail "a newer config: status $status, $(cat refusal.txt)"
status=0
"$jetrain" config >/dev/null 2>refusal.txt || status=$?
[ $status = 2 ] || fail "config without a config: status $status"
echo "configs/README.md has the reference, and configs read back"
