#!/usr/bin/env bash
# hosts.sh [OPTION VALUE]...: what the network costs. A training on hosts made of network namespaces, one rank and one
# core each, is measured (jetrain scaling run) at several rates of their links, beside the same on one host with shared
# memory, and compared with what `jetrain scaling project` expects of such a network. Root only.
#   --rates LIST     of the links: 25gbit,10gbit,1gbit,200mbit, or unlimited
#   --delay TIME     one way, from host to host, where the kernel has netem (0; 50us)
#   --hosts N        at most one for each core (2)
#   --jets N         generated, three fifths of them train (20000)
#   --batch N        the global batch (256)
#   --repeat N       how often each point is measured (3)
#   --config FILE    (configs/quickstart.yaml)
#   --out DIR        DIR/one_host and DIR/RATE (RATE_DELAY) are the studies; one that is there goes on (runs/hosts)
#   --jetrain FILE   the program, jetrain_bench beside it (build/release/jetrain)
# Latency and bandwidth are what MPI sees: half a round trip of 8 bytes, and what 4 MiB take beyond that.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/support/hosts.sh"
jetrain=$here/../build/release/jetrain
config=$here/../configs/quickstart.yaml
rates=25gbit,10gbit,1gbit,200mbit delay=0 hosts=2 jets=20000 batch=256 repeat=3 out=runs/hosts
while [ $# -gt 0 ]; do
  case "$1" in
    --rates) rates=${2:?} ;;
    --delay) delay=${2:?} ;;
    --hosts) hosts=${2:?} ;;
    --jets) jets=${2:?} ;;
    --batch) batch=${2:?} ;;
    --repeat) repeat=${2:?} ;;
    --config) config=${2:?} ;;
    --out) out=${2:?} ;;
    --jetrain) jetrain=${2:?} ;;
    *) sed -n '2,15s/^# \{0,1\}//p' "$0"; [ "$1" = --help ] && exit 0 || exit 2 ;;
  esac
  shift 2
done
jetrain=$(realpath "$jetrain")
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
hosts_timeout=3600

fail() { echo "hosts.sh: $*" >&2; exit 1; }

# One logical processor of each core that this shell may use.
allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status | tr , '\n' |
  while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
mapfile -t cores < <(lscpu --parse=CPU,CORE |
  awk -F, 'NR == FNR { ok[$1]; next } $1 in ok && !seen[$2]++ { print $1 }' <(echo "$allowed") -)
[ "$hosts" -ge 2 ] || fail "--hosts $hosts: at least two are needed"
[ "$hosts" -le ${#cores[@]} ] || fail "--hosts $hosts: hosts that share a core say nothing about speed; here are ${#cores[@]}"
cores=("${cores[@]:0:$hosts}")
ranks_each=$(printf ',1%.0s' "${cores[@]}")
ranks_each=${ranks_each#,}

hosts_up "$hosts" "${cores[@]}" || exit 77
mkdir -p "$out"
out=$(realpath "$out")
[ -e "$out/jets_$jets.h5" ] || "$jetrain" generate "$out/jets_$jets.h5" --jets "$jets"
study=("$jetrain" scaling run "$config" --set "data.files=$out/jets_$jets.h5" --set "train.batch_size=$batch"
  --set train.epochs=2 --threads 1 --ranks "1,$hosts" --repeat "$repeat")

on_one_host() {
  local IFS=,
  taskset --cpu-list "${cores[*]}" mpirun --allow-run-as-root -np "$hosts" --bind-to core "$@"
}

field() {  # field FILE.csv COLUMN: of strong scaling on all ranks; a dash where there is no such file
  [ -s "$1" ] || { echo -; return; }
  awk -F, -v name="$2" -v ranks="$hosts" '
    NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
    $at["mode"] == "strong" && $at["ranks"] == ranks { print $at[name] }' "$1"
}

calculate() { awk "BEGIN { printf \"%.$1f\", $2 }"; }

# network LAUNCHER...: $latency (seconds) and $bandwidth (bytes/s) of MPI's messages.
network() {
  local csv
  csv=$("$@" "$(dirname "$jetrain")/jetrain_bench" --benchmark_filter=ping_pong --benchmark_format=csv 2>/dev/null) ||
    fail "$(dirname "$jetrain")/jetrain_bench is needed for the network's own figures, and fails"
  read -r latency bandwidth < <(awk -F, '
    /^"?ping_pong\/8\// { latency = $3 / 2e6 }
    /^"?ping_pong\/4194304\// { print latency, 4194304 / ($3 / 2e6 - latency) }' <<<"$csv")
}

# measure NAME LAUNCHER...: one study, and its line of the table.
measure() {
  local folder=$out/$1 report=$out/$1/scaling.csv projection=$out/$1/projection.csv
  shift
  network "$@"
  "$@" "${study[@]}" --out "$folder" >"$folder.txt" 2>&1 || fail "$folder.txt: $(cat "$folder.txt")"
  "$jetrain" scaling report "$folder" >"$folder.txt"
  grep -q 'gave the same weights, bit for bit' "$folder.txt" || fail "other bits: $folder.txt"
  project "$folder"
  table "$(basename "$folder")" "$(calculate 1 "$latency * 1e6")" "$(calculate 2 "$bandwidth * 8e-9")" \
    "$(calculate 0 "$(field "$report" jets_per_second)")" "$(percent "$(field "$report" efficiency)")" \
    "$(percent "$(field "$projection" efficiency)")" "$(percent "$(field "$report" machine_efficiency)")" \
    "$(per_step "$report")" "$(per_step "$projection")" "$(calculate 4 "$(field "$report" redistribute_seconds)")"
}
percent() { if [ "$1" = - ]; then echo -; else calculate 1 "100 * $1"; fi; }
per_step() {  # per_step FILE.csv: milliseconds of an allreduce
  local seconds
  seconds=$(field "$1" allreduce_seconds)
  [ "$seconds" = - ] && echo - && return
  calculate 2 "1e3 * $seconds / int(($(field "$1" training_jets) + $batch - 1) / $batch)"
}
table() { printf '%-14s%8s%10s%10s%12s%11s%9s%14s%11s%14s\n' "$@"; }

# The model is fitted to what one host did, and asked for this network.
project() {
  local point=$out/one_host/strong_r0001_t01_0/point.json
  "$jetrain" scaling project "$out/one_host" --ranks "$hosts" --batch "$batch" --jets "$(number "$point" training_jets)" \
    --validation-jets "$(number "$point" validation_jets)" --latency "$(calculate 3 "$latency * 1e6")us" \
    --bandwidth "$(calculate 3 "$bandwidth / 1e6")MB" --out "$1/projection.html" >"$1/projection.txt" 2>&1 ||
    rm -f "$1/projection.csv"
}
number() { sed -n "s/^ *\"$2\": \([0-9]*\),\{0,1\}$/\1/p" "$1"; }

hosts_link "${rates%%,*}" "$delay"
echo "$hosts hosts, a rank and a core each ($(IFS=,; echo "${cores[*]}")); batch $batch, $repeat times; delay $hosts_delay"
table link latency bandwidth jets/s efficiency projected machine allreduce projected redistribute
table '' us Gbit/s '' % % % ms/step ms/step s/epoch
measure one_host on_one_host
for rate in ${rates//,/ }; do
  hosts_link "$rate" "$delay"
  [[ "$hosts_delay" =~ ^(0|none)$ ]] && name=$rate || name=${rate}_$hosts_delay
  measure "$name" hosts_run "$ranks_each"
done
