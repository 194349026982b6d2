# Sourced: hosts out of network namespaces, for tests that need several machines and have one. Root only.
#
#   hosts_up COUNT [CPU...]    makes host-1 to host-COUNT, joined by a switch; 77, with a reason, where that cannot be.
#                              CPU: a list (0 or 0,2 or 4-7) to which the processes of that host are bound
#   hosts_link RATE [DELAY]    limits every link both ways: 1gbit (or unlimited), 50us (one way, host to host); called
#                              again, it changes them
#   hosts_run RANKS COMMAND... runs COMMAND under mpirun, started on host-1; RANKS: those of each host, as 1,2; options
#                              of mpirun may stand before COMMAND
#   hosts_cut NUMBER           pulls host-NUMBER's cable out of the switch
#   hosts_down                 ends what runs on the hosts, and removes them; also when the script exits
#
# A host has its own name, address (10.203.0.NUMBER) and TMPDIR; files, processors and memory are the machine's. Where
# two ranks are on two hosts, Open MPI can only talk TCP between them, through the hosts' links.
#
#   host-1 eth0 --tbf-->  <--tbf-- port1 \
#                                         bridge (a namespace of its own, so addresses cannot clash)
#   host-2 eth0 --tbf-->  <--tbf-- port2 /

hosts_count=0
hosts_delay=0  # what hosts_link reached: none where the kernel has no netem
hosts_timeout=${hosts_timeout:-300}  # seconds for hosts_run
hosts_cpus=()

hosts_space() { echo "jetrain-$$-${1:-switch}"; }
hosts_address() { echo "10.203.0.$1"; }

hosts_up() {
  [ "$(id -u)" = 0 ] || { echo "network namespaces take root"; return 77; }
  local program number
  for program in ip tc unshare; do
    command -v $program >/dev/null || { echo "no $program (Debian: iproute2, util-linux)"; return 77; }
  done
  hosts_remove_stale
  ip netns add "$(hosts_space)" 2>/dev/null || { echo "no network namespaces here"; return 77; }
  hosts_at_exit
  hosts_folder=$(mktemp -d)
  ip -n "$(hosts_space)" link add bridge type bridge 2>/dev/null &&
    ip -n "$(hosts_space)" link set bridge up || { echo "the kernel has no bridges"; hosts_down; return 77; }
  for number in $(seq "$1"); do
    hosts_add "$number" || { echo "the kernel has no veth"; hosts_down; return 77; }
  done
  hosts_count=$1
  hosts_cpus=("${@:2}")
  hosts_write_agent
}

hosts_add() {  # hosts_add NUMBER: the host, its cable and its place at the switch
  local space switch
  space=$(hosts_space "$1")
  switch=$(hosts_space)
  ip netns add "$space" && hosts_count=$1 &&
    ip link add eth0 netns "$space" type veth peer name "port$1" netns "$switch" 2>/dev/null &&
    ip -n "$switch" link set "port$1" master bridge up &&
    ip -n "$space" addr add "$(hosts_address "$1")/24" dev eth0 &&
    ip -n "$space" link set lo up &&
    ip -n "$space" link set eth0 up &&
    mkdir "$hosts_folder/host-$1"
}

# hosts_enter NUMBER COMMAND...: what runs on that host.
hosts_enter() {
  local bound=()
  [ -z "${hosts_cpus[$1 - 1]:-}" ] || bound=(taskset --cpu-list "${hosts_cpus[$1 - 1]}")
  exec "${bound[@]}" ip netns exec "$(hosts_space "$1")" unshare --uts env TMPDIR="$hosts_folder/host-$1" \
    bash -c 'hostname "host-$0"; exec "$@"' "$@"
}

# What mpirun calls in place of ssh, as AGENT [-OPTION...] ADDRESS WORDS...; like ssh, it gives the words to a shell.
hosts_write_agent() {
  {
    echo '#!/usr/bin/env bash'
    declare -f hosts_enter hosts_space | sed "s/\\$\\$/$$/"
    echo "hosts_folder='$hosts_folder'; hosts_cpus=(${hosts_cpus[*]:-})"
    # shellcheck disable=SC2016
    echo 'while [[ "$1" == -* ]]; do shift; done; hosts_enter "${1##*.}" bash -c "${*:2}"'
  } >"$hosts_folder/agent"
  chmod +x "$hosts_folder/agent"
}

hosts_run() {
  local number=0 list='' total=0 ranks
  for ranks in ${1//,/ }; do
    number=$((number + 1))
    list+=,$(hosts_address $number):$ranks
    total=$((total + ranks))
  done
  shift
  (
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    hosts_enter 1 timeout --foreground -k 1 "$hosts_timeout" mpirun --mca plm_rsh_agent "$hosts_folder/agent" \
      --host "${list#,}" -np "$total" --bind-to none --mca pml ob1 --mca btl tcp,vader,self \
      --mca oob_tcp_if_include 10.203.0.0/24 --mca btl_tcp_if_include 10.203.0.0/24 "$@" </dev/null
  )
}

hosts_cut() { ip -n "$(hosts_space)" link set "port$1" down; }

# The burst is what passes unhindered after a pause, as between two steps of a training: as small as the kernel lets
# it, one packet of 64 KB before it is cut for the cable. The queue is that of a good switch: what waits is not lost.
hosts_link() {
  local rate=$1 number
  if [ "${2:-0}" != 0 ] && ! hosts_has_netem; then
    [ "$hosts_delay" = none ] || echo "this kernel has no netem: links without the delay of $2" >&2
    hosts_delay=none
  else
    hosts_delay=${2:-0}
  fi
  for number in $(seq "$hosts_count"); do
    hosts_limit "$(hosts_space)" "port$number" "$rate" 0
    hosts_limit "$(hosts_space "$number")" eth0 "$rate" "$hosts_delay"
  done
}

hosts_limit() {  # hosts_limit SPACE DEVICE RATE DELAY
  local place=(root)
  tc -n "$1" qdisc del dev "$2" root 2>/dev/null || true
  if [ "$4" != 0 ] && [ "$4" != none ]; then
    tc -n "$1" qdisc add dev "$2" root handle 1: netem delay "$4" limit 100000
    place=(parent 1:1)
  fi
  [ "$3" != unlimited ] || return 0
  tc -n "$1" qdisc add dev "$2" "${place[@]}" handle 2: tbf rate "$3" burst 68kb latency 100ms
}

hosts_has_netem() {
  local space
  space=$(hosts_space 1)
  tc -n "$space" qdisc add dev lo root netem delay 1ms 2>/dev/null && tc -n "$space" qdisc del dev lo root
}

hosts_remove() {  # hosts_remove SPACE...
  local space
  for space in "$@"; do
    ip netns pids "$space" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    ip netns del "$space" 2>/dev/null || true
  done
}

hosts_down() {
  local number spaces=()
  for number in $(seq "$hosts_count"); do spaces+=("$(hosts_space "$number")"); done
  hosts_remove "${spaces[@]}" "$(hosts_space)"
  [ -z "${hosts_folder:-}" ] || rm -rf "$hosts_folder"
  hosts_count=0
}

# Namespaces outlive a script that was killed outright; the next one removes them.
hosts_remove_stale() {
  local space owner
  for space in $(ip netns list | grep -o '^jetrain-[0-9]*-[0-9a-z]*'); do
    owner=${space#jetrain-}
    owner=${owner%%-*}
    [ "$owner" != $$ ] && kill -0 "$owner" 2>/dev/null || hosts_remove "$space"
  done
}

hosts_at_exit() {  # before what the script does at its exit anyway
  local old
  eval "old=($(trap -p EXIT))"
  # shellcheck disable=SC2064
  trap "hosts_down; ${old[2]:-}" EXIT
}
