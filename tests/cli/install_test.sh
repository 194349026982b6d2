#!/usr/bin/env bash
# install_test.sh JETRAIN: `cmake --install` of JETRAIN's build, and README.md's example program built against what was
# installed, by find_package: its scores are those of `jetrain predict`.
# Environment: TEST_DATA_DIR, beside which README.md is.
readme=$(realpath "$TEST_DATA_DIR/../../README.md")
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
build=$(dirname "$jetrain")
grep -q '^JETRAIN_SANITIZE:BOOL=OFF' "$build/CMakeCache.txt" || { echo "SKIPPED: a build with sanitizers"; exit 77; }
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c "import h5py" 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "SKIPPED: no python3 with h5py"; exit 77; }

# fenced LANGUAGE: the first block of that language in README.md.
fenced() { awk -v fence="\`\`\`$1" '$0 == fence { inside = 1; next } inside && /^```$/ { exit } inside' "$readme"; }

cmake --install "$build" --prefix "$folder/installed" >installed.txt
prefix=$folder/installed
for file in bin/jetrain include/jetrain/tagger.hpp share/jetrain/configs/quickstart.yaml share/jetrain/launch/run.sh \
  share/jetrain/launch/job.sh share/bash-completion/completions/jetrain; do
  [ -f "$prefix/$file" ] || fail "there is no $file: $(cat installed.txt)"
done
! grep -rqsF -e "$build" -e "$(dirname "$readme")" "$prefix"/lib*/cmake "$prefix"/lib/*/cmake ||
  fail "the installed package knows the build"

# The example, as README.md has it.
mkdir example
fenced cmake >example/CMakeLists.txt
fenced cpp >example/score.cpp
[ -s example/CMakeLists.txt ] && [ -s example/score.cpp ] || fail "README.md has no example"
cmake -S example -B example/build -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >configured.txt 2>&1 || fail "$(cat configured.txt)"
cmake --build example/build >built.txt 2>&1 || fail "$(cat built.txt)"
# None of the library's own flags reaches programs.
! grep '^ *FLAGS =' example/build/build.ninja | grep -qE 'march|contract|openmp|conversion' || fail "flags leak"
# What the public header includes is the standard library.
echo '#include <jetrain/tagger.hpp>' | c++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
  -I"$prefix/include" -x c++ - || fail "tagger.hpp does not compile alone"

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
echo "the installed library's scores are those of jetrain predict"
