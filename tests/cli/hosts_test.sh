#!/usr/bin/env bash
# hosts_test.sh JETRAIN: trainings over several hosts (network namespaces, see support/hosts.sh) end with the bits of
# one rank on one host: two hosts, three with two ranks on one of them, and two with two ranks each.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/hosts.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
config=$TEST_DATA_DIR/../../configs/notebook.yaml
hosts_up 3 || { echo "SKIPPED"; exit 77; }
hosts_link 1gbit

weights_hash() { grep '"weights_hash"' "$1/result.json"; }
# From epoch to val_rejection_50: all that is not about time
history() { cut -d, -f1-8 "$1/history.csv"; }
best() { sed -n '/"best": {/,/}/p' "$1/result.json"; }
same() {  # same RUN RUN: weights, history, metrics and the model's file have equal bits
  local part
  for part in weights_hash history best; do
    cmp -s <($part "$1") <($part "$2") || fail "$1 and $2: $part differs: $($part "$1") and $($part "$2")"
  done
  cmp "$1/best.h5" "$2/best.h5" || fail "$2: another best.h5"
}
in_table() {  # in_table RUN HOST RANKS: the start-up table has a row of that host and ranks
  grep -Eq "^$2 +$3 +1 " "$1.txt" || fail "$1: no row of $2 with ranks $3: $(cat "$1.txt")"
}

"$jetrain" generate jets.h5 --jets 2000 --seed 3 >/dev/null
train=("$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=2 --threads 1)
"$MPIRUN" 1 "${train[@]}" --out alone >alone.txt 2>&1 || fail "$(cat alone.txt)"
[ "$(history alone | wc -l)" = 3 ] || fail "history.csv has not two epochs: $(cat alone/history.csv)"

# More ranks than cores, which no host knows: those that wait must give way.
over_hosts() {  # over_hosts RUN RANKS-OF-EACH-HOST
  local seconds=$SECONDS
  hosts_run "$2" --mca mpi_yield_when_idle 1 "${train[@]}" --out "$1" >"$1.txt" 2>&1 || fail "$1: $(cat "$1.txt")"
  same alone "$1"
  echo "same bits on hosts with $2 ranks, $((SECONDS - seconds)) s"
}
over_hosts two 1,1
in_table two host-1 0
in_table two host-2 1
over_hosts three 1,2,1
in_table three host-1 0
in_table three host-2 1-2
in_table three host-3 3
over_hosts square 2,2  # each host's ranks add in shared memory, and two slices of the sums go over the network
in_table square host-1 0-1
in_table square host-2 2-3
