#!/usr/bin/env bash
# From a fresh clone to a trained top tagger, in one command.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source launch/dependencies.sh

case "${1:-}" in
  "") ;;
  -h | --help)
    cat <<'TEXT'
usage: launch/quickstart.sh

Installs what is missing (Debian, Ubuntu), builds jetrain, generates 20,000 jets, trains the top tagger of
configs/quickstart.yaml on them with two MPI ranks, and tests it on jets that it has not seen. It can be run again:
what it has made is then replaced. It writes into build/ and runs/quickstart/ only.
TEXT
    exit 0
    ;;
  *)
    echo "quickstart.sh: unknown option $1; it takes none but --help" >&2
    exit 2
    ;;
esac

step() {  # step COMMAND...: prints the command as one would type it, then runs it
  printf '\n$ %s\n' "$*"
  "$@"
}

# Two ranks also on one core; Open MPI refuses to start as root (containers, mostly) unless it is told to.
mpirun=(mpirun -np 2 --oversubscribe)
[ "$(id -u)" != 0 ] || mpirun+=(--allow-run-as-root)
# Containers often forbid one process to read another's memory; Open MPI then warns and takes this other way.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}

jetrain=build/release/jetrain
data=build/quickstart/jets.h5
run=runs/quickstart

install_missing "${BUILD_PACKAGES[@]}"
step cmake --preset release
step cmake --build --preset release --target jetrain
step mkdir -p build/quickstart
step "${mpirun[@]}" $jetrain generate $data --jets 20000 --overwrite
step $jetrain inspect $data
step "${mpirun[@]}" $jetrain train configs/quickstart.yaml --out $run --overwrite
step cat $run/history.csv
step "${mpirun[@]}" $jetrain evaluate $run/best.h5 $data --split test

cat <<TEXT

Done in $SECONDS s. The last line above is the tagger's quality on test jets, which the training did not see.
$run holds the model (best.h5), the history, the result (result.json) and the whole config.
Next: README.md, "Your own data".
TEXT
