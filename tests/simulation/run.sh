#!/usr/bin/env bash
# Simulates an epoch of a training on a network that this machine does not have, with SimGrid's SMPI (Debian:
# libsimgrid-dev), and prints CSV: seconds by phase and efficiency for each number of ranks. It is to check jetrain's
# own projection, and shares no code with it: epoch.cpp sends the messages that src/comm and src/train send.
#
#     tests/simulation/run.sh [OPTION VALUE]... [KEY=VALUE]... >simulation.csv
#
#     tests/simulation/run.sh                                  # strong scaling, 2 to 1,024 ranks, global batch 16,384
#     tests/simulation/run.sh --ranks "64 1024" batch=1024     # with fewer leaves than ranks
#     tests/simulation/run.sh --per-node 32 mode=weak batch=64 jets=12000 validation-jets=4000
#
# --ranks LIST          "2 4 8 ... 1024"; a rank is one worker, with one thread
# --per-node N          ranks a node (1)
# --latency SECONDS     from node to node, of an empty message, the processors' part included (2e-6)
# --overhead SECONDS    of it, a processor's for sending and another's for receiving (0.5e-6 each)
# --bandwidth BYTES     a second, of a node in each direction (12.5e9)
# --topology flat       all nodes on one switch; fat-tree: 32 nodes on each of the switches, which two upper levels join
# --oversubscription N  of a fat tree: nodes of a switch for each link upwards (1)
# --model FILE          the machine's and the network's figures from the .json of a `jetrain scaling project`, less its
#                       unevenness between ranks (jitter), which is not simulated; what stands behind it overrides
# --allreduce NAME      SMPI's algorithm: rab_rdb is Rabenseifner's, ompi what Open MPI would choose, lr a ring ... (rab_rdb)
#
# KEY=VALUE, of epoch.cpp (with defaults):
#   mode=strong       or weak: then jets, validation-jets and batch are those of one rank
#   jets=1200000 validation-jets=400000 batch=16384
#   method=hierarchical   or flat; validation=all or root
#   sums=216557       int64 in each step's allreduce; jet=280 bytes of a jet on its way
#   leaf=1.15e-3 forward=0.36e-3      seconds of sixteen jets, in training and in validation
#   step=0.3e-3       seconds of each step on each rank beside its leaves
#   metrics=12.5e-9   seconds of a validation jet on rank 0; files=3e-3 seconds of rank 0 at an epoch's end
#   add=10e9 node=150e9   bytes of sums a second that a rank adds, that a node's ranks together read
#   steps=2           that are simulated, and multiplied
#
# The network is as told, without SimGrid's factors for protocols (they describe one old cluster's TCP): messages share
# links fairly, those up to 8 KiB are sent without waiting for the receiver. Congestion inside of switches is not simulated.
# 2 to 1,024 ranks on one switch take half a minute; a fat tree of 1,024 nodes takes many minutes and 8 GB.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
fail() {
  echo "run.sh: $*; see tests/simulation/run.sh --help" >&2
  exit 2
}

# read_model FILE: what a projection was made of.
read_model() {
  local figures
  figures=$(python3 - "$1" <<'PYTHON'
import json, sys
projection = json.load(open(sys.argv[1]))
m, n = projection["model"], projection["network"]
print("%d %.9f %.9f %.0f" % (
    n["ranks_per_node"], n["latency_seconds"], min(n["message_seconds"], n["latency_seconds"]) / 2, n["bandwidth_bytes_per_second"]))
print("sums=%d jet=%.0f leaf=%.9f forward=%.9f step=%.9f metrics=%.12f files=%.9f add=%.0f" % (
    projection["parameters"], projection.get("jet_bytes", 280), m["leaf_seconds"], m["forward_leaf_seconds"],
    m["step_seconds"] + m["update_seconds"] + m["other_seconds"], m["score_seconds"], m["save_seconds"],
    1 / m["add_byte_seconds"]))
PYTHON
  ) || fail "--model $1: no projection's .json file"
  {
    read -r per_node latency overhead bandwidth
    read -r -a settings
  } <<<"$figures"
}

list="2 4 8 16 32 64 128 256 512 1024" per_node=1 latency=2e-6 overhead=0.5e-6 bandwidth=12.5e9
topology=flat oversubscription=1 allreduce=rab_rdb
settings=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --*) [ $# -gt 1 ] || fail "$1 needs a value" ;;&
    --ranks) list=$2 ;;
    --per-node) per_node=$2 ;;
    --model) read_model "$2" ;;
    --latency) latency=$2 ;;
    --overhead) overhead=$2 ;;
    --bandwidth) bandwidth=$2 ;;
    --topology) topology=$2 ;;
    --oversubscription) oversubscription=$2 ;;
    --allreduce) allreduce=$2 ;;
    *=*)
      settings+=("$1")
      shift
      continue
      ;;
    *) fail "unknown option $1" ;;
  esac
  shift 2
done
command -v smpicxx >/dev/null || {
  echo "run.sh: SimGrid is not there (Debian: libsimgrid-dev)" >&2
  exit 77
}
[[ $topology =~ ^(flat|fat-tree)$ ]] || fail "--topology $topology: flat or fat-tree is needed"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
smpicxx -O2 -std=c++20 "$here/epoch.cpp" -o epoch

# platform NODES: a cluster whose farthest nodes are `latency` apart, less what the processors take of it.
platform() {
  local nodes=$1 links=2 shape=""
  if [ "$topology" = fat-tree ] && [ "$nodes" -gt 32 ]; then
    [ $((nodes % 32)) -eq 0 ] || fail "a fat tree of $nodes nodes: a multiple of 32 is needed"
    links=4
    shape="topology=\"FAT_TREE\" topo_parameters=\"2;32,$((nodes / 32));1,$((32 / oversubscription));1,1\""
  fi
  local hop
  hop=$(awk -v l="$latency" -v o="$overhead" -v n=$links 'BEGIN { printf "%.9f", (l - 2 * o) / n }')
  cat <<XML
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="nodes" prefix="node" suffix="" radical="0-$((nodes - 1))" speed="1Gf" core="$per_node" $shape
           bw="${bandwidth}Bps" lat="${hop}s" sharing_policy="SPLITDUPLEX" loopback_bw="10GBps" loopback_lat="0.2us"/>
</platform>
XML
}

# All that SimGrid would add to the network as told is set to nothing.
network=(network/model:CM02 network/bandwidth-factor:1 network/latency-factor:1 network/weight-S:0 network/TCP-gamma:0
  network/crosstraffic:0 smpi/os:"0:$overhead:0" smpi/ois:"0:$overhead:0" smpi/or:"0:$overhead:0"
  smpi/async-small-thresh:8192 smpi/send-is-detached-thresh:8192)
# Computing takes the time that it is told. The selector's broadcast is a chain, whatever the length of the message.
program=(smpi/host-speed:1Gf smpi/simulate-computation:no smpi/cpu-threshold:0 smpi/display-timing:no
  smpi/coll-selector:ompi smpi/bcast:binomial_tree smpi/gather:ompi_binomial smpi/allreduce:"$allreduce")
# What makes a thousand ranks fit: small stacks, and large buffers that are one and the same memory for all.
memory=(contexts/stack-size:128 smpi/shared-malloc:global smpi/auto-shared-malloc-thresh:100000)

echo "ranks,nodes,method,compute,allreduce,redistribute,validate,root,total,efficiency,training_efficiency,allreduce_a_step"
for ranks in $list; do
  nodes=$(((ranks + per_node - 1) / per_node))
  platform "$nodes" >platform.xml
  for ((rank = 0; rank < ranks; ++rank)); do echo "node$((rank / per_node))"; done >hosts
  smpirun -no-privatize -np "$ranks" -platform platform.xml -hostfile hosts \
    "${network[@]/#/--cfg=}" "${program[@]/#/--cfg=}" "${memory[@]/#/--cfg=}" --log=root.thres:error \
    ./epoch "per-node=$per_node" "${settings[@]}" 2>errors.txt || {
    cat errors.txt >&2
    exit 1
  }
done
