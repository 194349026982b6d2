#!/usr/bin/env bash
# failed_writes_test.sh JETRAIN: a file that cannot be written, on any rank, at any place (a limit on its size stands for
# a full disk): one message with the reason, nothing left behind, and what was there stays; what a killed job left is
# cleared. Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
. "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
export OMP_NUM_THREADS=1

"$jetrain" generate jets.h5 --jets 1500 --seed 5 >/dev/null
cat >tiny.yaml <<'YAML'
seed: 1
data: {files: [jets.h5], split: {method: tail, validation: 0.3}}
image: {bins: 40}
model: {layers: [flatten, {dense: {units: 2, activation: softmax}}]}
train: {batch_size: 64, epochs: 1}
YAML
"$jetrain" train tiny.yaml --out model --quiet

# limited RANK KILOBYTES COMMAND...: on that rank no file may grow beyond the limit.
cat >limited <<'SH'
#!/usr/bin/env bash
rank=$1 kilobytes=$2
shift 2
trap '' XFSZ
[ "${OMPI_COMM_WORLD_RANK:-0}" != "$rank" ] || ulimit -S -f "$kilobytes"
exec "$@"
SH
chmod +x limited

# fails RANKS RANK KILOBYTES TEXT COMMAND...: ends with status 1 within 20 s, with one message that holds TEXT.
fails() {
  local ranks=$1 rank=$2 kilobytes=$3 text=$4 status=0
  shift 4
  echo old >out.h5
  timeout -k 2 20 "$MPIRUN" "$ranks" ./limited "$rank" "$kilobytes" "$jetrain" "$@" >said.txt 2>&1 || status=$?
  [ "$status" = 1 ] || fail "'$*' ended with status $status: $(cat said.txt)"
  [ "$(grep -c '^jetrain: ' said.txt)" = 1 ] || fail "'$*' has not one message: $(cat said.txt)"
  grep -q "^jetrain: .*$text" said.txt || fail "'$*' does not say '$text': $(cat said.txt)"
  [ "$(cat out.h5)" = old ] || fail "'$*' changed the file that was there"
  [ "$(ls -d out.h5*)" = out.h5 ] || fail "'$*' left $(ls -d out.h5*)"
}

# MPI itself needs files of some megabytes, so that the limits stand above those, and below what is written.
limit=12000
large="generate out.h5 --overwrite --jets 12000 --compression none"
images="preprocess tiny.yaml out.h5 --overwrite --set image.bins=80"
for verb in "$large" "$images"; do
  # shellcheck disable=SC2086
  {
    fails 1 0 $limit "out.h5.*: File too large" $verb
    fails 3 1 $limit "out.h5.*: File too large (rank 1 on " $verb
    fails 3 2 $limit "out.h5.*: File too large (rank 2 on " $verb
  }
done
fails 1 0 4 "out.h5.*: File too large" predict model/best.h5 jets.h5 out.h5 --overwrite
fails 1 0 4 "out.h5.*: File too large" generate out.h5 --overwrite --jets 100
fails 1 0 0 "out.h5.*: File too large" generate out.h5 --overwrite --jets 40

# A cache that cannot be written is a warning, with the reason; the training is what it would have been.
"$MPIRUN" 1 ./limited 0 150 "$jetrain" train tiny.yaml --out held --set data.cache=held.h5 >said.txt 2>&1 ||
  fail "no training without its cache: $(cat said.txt)"
grep -q "no image cache: .*held.h5.*: File too large" said.txt || fail "no word of the cache: $(cat said.txt)"
cmp -s <(grep weights_hash model/result.json) <(grep weights_hash held/result.json) || fail "other weights"
! ls held.h5* 2>/dev/null || fail "a part of the cache is left"

# What a killed job left goes, also what Open MPI put beside; but not while another job is at it.
touch out.h5.writing out.h5.lock out.h5.writing.data.1 out.h5.writing.metadata.1
"$MPIRUN" 2 "$jetrain" generate out.h5 --jets 100 --overwrite >/dev/null
[ "$(ls -d out.h5*)" = out.h5 ] || fail "a killed job's files stay: $(ls -d out.h5*)"
echo half >out.h5.writing
exec 9>out.h5.lock
flock -x 9
"$MPIRUN" 2 "$jetrain" generate out.h5 --jets 100 --overwrite >said.txt 2>&1 && fail "two jobs write one file"
grep -q "^jetrain: .*out.h5: another job is writing it" said.txt || fail "no word of the other job: $(cat said.txt)"
[ "$(cat out.h5.writing)" = half ] || fail "another job's file is touched"
echo "files that cannot be written are told, with the reason, and leave nothing"
