# Sourced by the command-line tests, which are called with the program: an empty folder to work in, which goes with the
# test, $jetrain, and fail.
set -euo pipefail
jetrain=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "FAILED: $*" >&2; exit 1; }

contains() { grep "$@" | cat >/dev/null; }  # as grep -q, but reads to the end: what writes here never meets a closed pipe
