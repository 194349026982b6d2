#!/usr/bin/env bash
# install_test.sh JETRAIN: `cmake --install` of JETRAIN's build, and the example programs of include/jetrain/README.md built
# against what was installed, by find_package: scores are those of `jetrain predict`, weights those of `jetrain train`.
# Environment: TEST_DATA_DIR, below the project's folder; MPIRUN, a script called as MPIRUN RANKS COMMAND...
project=$(realpath "$TEST_DATA_DIR/../..")
readme=$project/include/jetrain/README.md
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
build=$(dirname "$jetrain")
grep -qE '^JETRAIN_SANITIZE:[A-Z]+=(OFF)?$' "$build/CMakeCache.txt" || { echo "SKIPPED: a build with sanitizers"; exit 77; }
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c "import h5py" 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "SKIPPED: no python3 with h5py"; exit 77; }

# fenced LANGUAGE NUMBER: the block of that language, counted from 1, in README.md.
fenced() {
  awk -v fence="\`\`\`$1" -v wanted="$2" \
    '$0 == fence { inside = (++number == wanted); next } inside && /^```$/ { exit } inside' "$readme"
}

cmake --install "$build" --prefix "$folder/installed" >installed.txt
prefix=$folder/installed
for file in bin/jetrain include/jetrain/tagger.hpp include/jetrain/trainer.hpp share/jetrain/configs/quickstart.yaml \
  share/jetrain/launch/run.sh share/jetrain/launch/job.sh share/bash-completion/completions/jetrain; do
  [ -f "$prefix/$file" ] || fail "there is no $file: $(cat installed.txt)"
done
! grep -rqsF -e "$build" -e "$project" "$prefix"/lib*/cmake "$prefix"/lib/*/cmake ||
  fail "the installed package knows the build"

# The examples, as README.md has them.
mkdir example
fenced cmake 1 >example/CMakeLists.txt
fenced cpp 1 >example/score.cpp
fenced cpp 2 >example/fit.cpp
for file in CMakeLists.txt score.cpp fit.cpp; do [ -s example/$file ] || fail "README.md has no $file"; done
cmake -S example -B example/build -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >configured.txt 2>&1 || fail "$(cat configured.txt)"
cmake --build example/build >built.txt 2>&1 || fail "$(cat built.txt)"
# None of the library's own flags reaches programs.
! grep '^ *FLAGS =' example/build/build.ninja | contains -E 'march|contract|openmp|conversion' || fail "flags leak"
# What a public header includes is the standard library; trainer.hpp, MPI.
echo '#include <jetrain/tagger.hpp>' | c++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
  -I"$prefix/include" -x c++ - || fail "tagger.hpp does not compile alone"
echo '#include <jetrain/trainer.hpp>' | mpicxx -DOMPI_SKIP_MPICXX -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
  -I"$prefix/include" -x c++ - || fail "trainer.hpp does not compile alone"

# What there is to read is installed where its links hold.
"$python" "$TEST_DATA_DIR/../architecture/readme_test.py" "$prefix/share/doc/jetrain" >pages.txt || fail "$(cat pages.txt)"

cat >small.yaml <<'YAML'
data: {files: [jets.h5]}
image: {bins: 16}
model: {layers: [conv2d: {filters: 4, kernel: 3, activation: relu}, flatten, dense: {units: 2, activation: softmax}]}
train: {epochs: 1}
YAML
"$prefix/bin/jetrain" generate jets.h5 --jets 200 --seed 3 --compression none >/dev/null
"$jetrain" train small.yaml --out run >/dev/null
"$jetrain" predict run/best.h5 jets.h5 scores.h5 >/dev/null
"$python" - example/build/score <<'PYTHON'
import subprocess
import sys

import h5py
import numpy as np

with h5py.File("jets.h5") as file:
    momenta = file["table/table"]["values_block_0"][:, :800]
with h5py.File("scores.h5") as file:
    expected = file["score"][:]
text = "\n".join(" ".join(f"{value:.9g}" for value in jet) for jet in momenta)
answer = subprocess.run([sys.argv[1], "run/best.h5"], input=text, capture_output=True, text=True)
assert answer.returncode == 0, answer.stderr
scores = np.array(answer.stdout.split(), dtype=np.float32)
assert len(scores) == 200 and len(set(scores)) > 100 and (scores == expected).all(), (scores, expected)

bad = subprocess.run([sys.argv[1], "run/best.h5"], input="1 2 3", capture_output=True, text=True)
assert bad.returncode == 1 and "an array of 3 numbers" in bad.stderr, bad
PYTHON
# Two ranks of a program train as one of `jetrain train` does.
cat >fit.yaml <<'YAML'
data: {files: [jets.h5]}
image: {bins: 16}
model: {layers: [conv2d: {filters: 4, kernel: 3, activation: relu}, flatten, dense: {units: 2, activation: softmax}]}
train: {epochs: 3, batch_size: 32}
early_stopping: {enabled: false}
YAML
"$jetrain" train fit.yaml --set seed=7 --out expected >/dev/null
hash_of() { grep -o '"weights_hash": "[0-9a-f]*"' "$1/result.json" | cut -d'"' -f4; }
"$MPIRUN" 2 example/build/fit fit.yaml fitted >fit.txt 2>fit.err || fail "fit: $(cat fit.err)"
[ "$(grep -c '^epoch [123]: AUC 0\.' fit.txt)" = 3 ] || fail "fit says: $(cat fit.txt)"
[ "$(tail -1 fit.txt)" = "weights $(hash_of expected)" ] || fail "other weights than $(hash_of expected): $(cat fit.txt)"
[ "$(hash_of fitted)" = "$(hash_of expected)" ] || fail "other weights in result.json"
cmp -s fitted/best.h5 expected/best.h5 || fail "another best.h5 than jetrain train writes"
status=0
"$MPIRUN" 2 example/build/fit fit.yaml fitted >fit.txt 2>fit.err || status=$?
[ "$(grep -c 'fitted already holds a run' fit.err)" = 1 ] || fail "a mistake is not told once: $(cat fit.err)"
[ $status = 2 ] || fail "a mistake ends with status $status"
echo "the installed library's scores are those of jetrain predict, its weights those of jetrain train"
