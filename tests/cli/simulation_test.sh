#!/usr/bin/env bash
# simulation_test.sh JETRAIN: the simulation of a training's communication (tests/simulation) agrees with what can be
# said of it in closed form: the time of an allreduce, between nodes of one rank and of two, and no loss where neither
# the network nor rank 0 takes time.
simulate=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../simulation/run.sh
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
command -v smpicxx >/dev/null || { echo "skipped: no SimGrid"; exit 77; }

# Rabenseifner's allreduce on p nodes: 2 log2(p) messages after each other, 2 (p-1)/p of the sums over the wire, (p-1)/p
# of a rank's sums added by it. A node's ranks share its wire, each with its part of the sums; before, they read all of them.
"$simulate" --ranks "2 4 8" >one.csv
"$simulate" --ranks "4 8" --per-node 2 >two.csv
cat one.csv two.csv | awk -F, '
  /^[0-9]/ {
    bytes = 8 * 216557; in_node = $1 / $2; parts = ($2 - 1) / $2
    seconds = 2 * log($2) / log(2) * 2e-6 + 2 * parts * bytes / 12.5e9 + parts * bytes / in_node / 10e9
    if (in_node > 1) seconds += bytes / 10e9
    ratio = $12 / seconds
    printf "%d ranks on %d nodes: %.1f us, %.3f of the formula\n", $1, $2, 1e6 * $12, ratio
    if (ratio < 0.98 || ratio > 1.02) wrong = 1
    ++lines
  }
  END { exit wrong || lines != 5 }' || fail "the simulated allreduce is not the formula's"

"$simulate" --ranks "2 8" --latency 0 --overhead 0 --bandwidth 1e18 add=1e18 step=0 files=0 metrics=0 \
  jets=1048576 validation-jets=1024 >free.csv
awk -F, '/^[0-9]/ { n += $10 == 1 && $11 == 1 } END { exit n != 2 }' free.csv || fail "losses from nothing: $(cat free.csv)"
