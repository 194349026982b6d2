#!/usr/bin/env bash
# Runs jetrain on this machine, its ranks and threads bound to cores.
#
#     launch/run.sh [-n RANKS] [-t THREADS] [--dry-run] VERB ARGUMENT...
#
#     launch/run.sh train configs/quickstart.yaml --out runs/first
#     launch/run.sh -n 4 -t 2 train configs/notebook.yaml --set data.files=jets.h5
#
# -n RANKS     MPI ranks (default: one for each NUMA domain, or so many that the threads fill the cores)
# -t THREADS   OpenMP threads a rank (default: the cores divided by the ranks)
# --dry-run    print the command only
#
# Environment, the lines to edit:
JETRAIN=${JETRAIN:-$(dirname "${BASH_SOURCE[0]}")/../build/release/jetrain}
MPIRUN_OPTIONS=${MPIRUN_OPTIONS:-}  # added to mpirun's
set -euo pipefail

usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
fail() {
  printf 'run.sh: %s; see launch/run.sh --help\n' "$*" >&2
  exit 2
}
number() {  # number OPTION VALUE: VALUE must be one
  [[ "$2" =~ ^[1-9][0-9]{0,5}$ ]] || fail "$1 $([ -n "$2" ] && printf %q "$2" || echo "(nothing)"): a number above 0 is needed"
}

ranks= threads= dry=false
while [ $# -gt 0 ]; do
  case "$1" in
    -n | -t)
      number "$1" "${2:-}"
      if [ "$1" = -n ]; then ranks=$2; else threads=$2; fi
      shift 2
      ;;
    --dry-run)
      dry=true
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*) fail "unknown option $(printf %q "$1")" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || fail "no verb"

# Cores and NUMA domains that this shell may use: hyper-threads of one core count once.
allowed=$(awk '/^Cpus_allowed_list/ {print $2}' /proc/self/status)
places=$(lscpu --parse=CPU,CORE,NODE | awk -F, -v allowed="$allowed" '
  BEGIN { n = split(allowed, parts, ","); for (i = 1; i <= n; ++i) { split(parts[i], ends, "-");
          for (c = ends[1]; c <= (ends[2] == "" ? ends[1] : ends[2]); ++c) ok[c] = 1 } }
  !/^#/ && ok[$1] { print $2, $3 }' | sort -u)
cores=$(cut -d' ' -f1 <<<"$places" | sort -u | wc -l)
domains=$(cut -d' ' -f2 <<<"$places" | sort -u | wc -l)

if [ -z "$ranks" ]; then
  ranks=$domains
  [ -z "$threads" ] || ranks=$((cores / threads > 0 ? cores / threads : 1))
fi
[ -n "$threads" ] || threads=$((cores / ranks > 0 ? cores / ranks : 1))

if [ $((ranks * threads)) -le "$cores" ]; then
  binding=(--map-by "slot:PE=$threads" --bind-to core)
else
  echo "run.sh: $ranks ranks x $threads threads on $cores cores: nothing is bound, and the speed says nothing" >&2
  binding=(--oversubscribe --bind-to none)
fi
as_root=()
[ "$(id -u)" != 0 ] || as_root=(--allow-run-as-root)
read -r -a more <<<"$MPIRUN_OPTIONS"
export OMP_NUM_THREADS=$threads OMP_PLACES=cores OMP_PROC_BIND=close
[ "${binding[0]}" = --map-by ] || unset OMP_PLACES OMP_PROC_BIND
command=(mpirun -np "$ranks" "${binding[@]}" "${as_root[@]}" "${more[@]}" "$JETRAIN" "$@")
if $dry; then
  printf 'OMP_NUM_THREADS=%s%s\n' "$threads" "$(printf ' %q' "${command[@]}")"
  exit 0
fi
exec "${command[@]}"
