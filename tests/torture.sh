#!/usr/bin/env bash
# torture.sh [--jetrain PROGRAM] [--kills N] [--only SCENARIO]: breaks trainings on purpose, goes on with them, and
# compares what they end with. Nothing may be lost, hang, or end with other bits than a training left alone.
#   kills    ranks killed (and crashed, and asked to stop) at random instants, resumed on other ranks and threads
#   stops    ranks that stop moving (SIGSTOP)
#   damage   checkpoints cut off and with flipped bits
#   disk     a file system that fills up, and a run directory that vanishes     (root: mounts a tmpfs)
#   network  two hosts whose link is cut                                        (root: network namespaces)
# Scenarios that this machine cannot run are named at the end as skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jetrain=$here/../build/release/jetrain
kills=50
only=
while [ $# -gt 0 ]; do
  case "$1" in
    --jetrain) jetrain=$2; shift ;;
    --kills) kills=$2; shift ;;
    --only) only=$2; shift ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; [ "$1" = --help ] && exit 0 || exit 2 ;;
  esac
  shift
done
jetrain=$(realpath "$jetrain")
config=$here/../configs/notebook.yaml
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
folder=$(mktemp -d)
cleaners=()
clean_up() {
  local cleaner
  pkill -KILL -P $$ 2>/dev/null || true
  for cleaner in "${cleaners[@]}"; do $cleaner || true; done
  rm -rf "$folder"
}
trap clean_up EXIT
hosts_timeout=100
source "$here/support/hosts.sh"
cd "$folder"

fail() { echo "FAILED: $*" >&2; exit 1; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

epochs=3
# start RUN RANKS THREADS ARGUMENT...: a training in the background; its mpirun is $job.
start() {
  local run=$1 ranks=$2 threads=$3
  shift 3
  timeout -k 1 300 "$here/support/mpirun.sh" "$ranks" "$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=$epochs \
    --set checkpoint.every_steps=7 --threads "$threads" --out "$run" "$@" >"$run.out" 2>"$run.err" &
  job=$!
}
finish() {  # waits for $job; its status is $status
  status=0
  wait "$job" 2>/dev/null || status=$?
}
process_of() {  # process_of RANK: its process in $job, if it runs yet
  local pid launcher
  launcher=$(pgrep -P "$job" | head -1)  # $job itself is timeout
  [ -n "$launcher" ] || return 0
  for pid in $(pgrep -P "$launcher" "$(basename "$jetrain")"); do
    grep -qx "OMPI_COMM_WORLD_RANK=$1" <(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ") 2>/dev/null && echo "$pid" && return
  done
  return 0
}
wait_for_step() {  # wait_for_step RUN: until the training has written a checkpoint
  local i
  for i in $(seq 300); do
    ls "$1"/checkpoints/*.h5 >/dev/null 2>&1 && return
    sleep 0.1
  done
  fail "$1 writes no checkpoint: $(cat "$1.out" "$1.err")"
}
hash_of() { grep '"weights_hash"' "$1/result.json"; }
history_of() { cut -d, -f1-6 "$1/history.csv"; }
same() {  # same RUN: it ended as the reference did
  cmp -s <(hash_of "$1") <(hash_of reference) || fail "$1: other weights than the run never stopped"
  cmp -s <(history_of "$1") <(history_of reference) || fail "$1: another history than the run never stopped"
  cmp -s "$1/best.h5" reference/best.h5 || fail "$1: another best.h5 than the run never stopped"
}
ended_with() {  # ended_with STATUS RUN [WORDS...]: and says the words
  [ $status = "$1" ] || fail "$2: status $status, not $1: $(cat "$2.err")"
  [ "$(messages "$2")" -le 1 ] || fail "$2: more than one message: $(cat "$2.err")"
  [ $# -lt 3 ] || says "$2" "$3"
}
messages() { grep -a -c '^jetrain: ' "$1.err" || true; }
says() { grep -a -q -- "$2" "$1.err" "$1.out" || fail "$1 does not say '$2': $(cat "$1.err")"; }
resume_to_the_end() {  # resume_to_the_end RUN RANKS THREADS
  start "$1" "$2" "$3" --resume
  finish
  [ $status = 0 ] || fail "$1 resumed: status $status: $(cat "$1.err")"
  same "$1"
}

"$jetrain" generate jets.h5 --jets 8000 --seed 5 >/dev/null
start reference 2 1
finish
[ $status = 0 ] || fail "the reference: $(cat reference.err)"

kills() {
  local killed=0 runs=0 run signal ranks threads target pid begun took slowest=0 resumed=0
  local signals=(KILL KILL KILL KILL SEGV ABRT USR1 TERM)
  while [ $killed -lt "$kills" ]; do
    run=kills_$((++runs))
    while :; do
      ranks=$((RANDOM % 4 + 1))
      threads=$((RANDOM % 2 + 1))
      start $run $ranks $threads --resume
      sleep "$(awk -v r=$RANDOM 'BEGIN { printf "%.3f", 0.2 + 2.3 * r / 32768 }')"
      target=$((RANDOM % ranks))
      pid=$(process_of $target)
      signal=${signals[$((RANDOM % ${#signals[@]}))]}
      begun=$(now)
      if [ $killed -lt "$kills" ] && [ -n "$pid" ] && kill -$signal "$pid" 2>/dev/null; then
        killed=$((killed + 1))
        finish
        took=$(since "$begun")
        at_most "$took" 10 || [ $status = 0 ] || fail "$run: the job ended $took s after SIG$signal on rank $target"
        at_most "$took" "$slowest" || slowest=$took
        [ "$(messages $run)" -le 1 ] || fail "$run: more than one message: $(cat $run.err)"
      else
        finish
      fi
      [ $status != 0 ] || break
      grep -a -q '^resumed' $run.out && resumed=$((resumed + 1))
    done
    same $run
    rm -rf $run
  done
  echo "kills: $killed signals on 1-4 ranks x 1-2 threads, $resumed resumed trainings broken again, $runs finished with" \
    "equal bits; the slowest end took $slowest s"
}

stops() {
  local rank begun
  for rank in 0 1 2; do
    start stop_$rank 3 1 --set train.stall_seconds=3
    wait_for_step stop_$rank
    begun=$(now)
    kill -STOP "$(process_of $rank)"
    finish
    at_most "$(since "$begun")" 20 || fail "stop_$rank: it took $(since "$begun") s"
    ended_with 75 stop_$rank "rank $rank on .* has not arrived at the allreduce of epoch .* for 3 s (train.stall_seconds)"
    echo "stops: $(since "$begun") s: $(grep -a '^jetrain: ' stop_$rank.err)"
    resume_to_the_end stop_$rank 2 1
  done
}

damage() {
  local newest
  start damaged 2 1
  wait_for_step damaged
  for _ in $(seq 300); do [ ! -e damaged/best.h5 ] || break; sleep 0.05; done  # an epoch has ended
  kill -USR1 "$(process_of 1)"
  finish
  ended_with 75 damaged "stopped by a signal; go on from damaged/checkpoints/.* with --resume"
  newest=$(ls damaged/checkpoints/*.h5 | tail -1)
  [ "$(ls damaged/checkpoints/*.h5 | wc -l)" = 2 ] || fail "not two checkpoints: $(ls damaged/checkpoints)"
  cp -r damaged cut
  cp -r damaged hopeless
  cp damaged/best.h5 kept.h5 || fail "damaged: stopped before its first epoch ended"
  printf 'x' | dd of="$newest" bs=1 seek=500000 conv=notrunc status=none
  resume_to_the_end damaged 3 1
  says damaged "warning: checkpoint left out: .*checksum does not match"
  truncate -s 100000 "cut/checkpoints/$(basename "$newest")"
  resume_to_the_end cut 1 2
  says cut "warning: checkpoint left out: .*cut off"
  truncate -s 100000 hopeless/checkpoints/*.h5
  start hopeless 2 1 --resume
  finish
  ended_with 1 hopeless "no checkpoint in hopeless/checkpoints is undamaged"
  cmp -s hopeless/best.h5 kept.h5 || fail "hopeless: the refusal removed best.h5, or changed it"
  start cut 2 1 --resume --set train.batch_size=64
  finish
  ended_with 2 cut "change the results: train.batch_size"
  echo "damage: cut off and flipped checkpoints were found, and the ones before them led to the same bits"
}

disk() {
  mkdir -p small
  mount -t tmpfs -o size=6m tmpfs small 2>/dev/null || return 77
  cleaners+=("umount -l $folder/small")
  mkdir small/parent
  start small/parent/run 3 1  # two checkpoints of 3.5 MB do not fit
  finish
  [ $status = 0 ] || fail "a full disk costs the training: $(cat small/parent/run.err)"
  same small/parent/run
  says small/parent/run "warning: no checkpoint: .*: No space left on device; the training goes on"
  rm -rf small/parent/run
  fallocate -l 5900k small/parent/ballast
  start small/parent/run 3 1
  finish
  ended_with 1 small/parent/run "cannot write small/parent/run/best.h5: No space left on device"
  rm small/parent/ballast
  resume_to_the_end small/parent/run 2 1
  rm -rf small/parent
  local ballast verb
  while read -r ballast verb; do
    fallocate -l "$ballast" small/ballast
    status=0
    # shellcheck disable=SC2086
    timeout 60 "$here/support/mpirun.sh" 3 "$jetrain" $verb >verb.out 2>verb.err </dev/null || status=$?
    ended_with 1 verb "out.h5.*No space left on device"
    rm small/ballast
    [ -z "$(ls small)" ] || fail "jetrain $verb leaves $(ls small)"
  done <<TEXT
6100k generate small/out.h5 --jets 200000
2000k generate small/out.h5 --jets 200000
6100k preprocess $config small/out.h5 --set data.files=jets.h5
2000k preprocess $config small/out.h5 --set data.files=jets.h5
6100k predict reference/best.h5 jets.h5 small/out.h5
TEXT
  start vanishing 2 1
  wait_for_step vanishing
  rm -rf vanishing
  finish
  ended_with 1 vanishing "cannot write vanishing/"
  echo "disk: $(grep -a -h '^jetrain: ' vanishing.err)"
}

network() {
  hosts_up 2 || return 77
  hosts_run 1,1 "$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=$epochs --threads 1 \
    --set checkpoint.every_steps=7 --set train.stall_seconds=5 --out "$folder/cut_link" >cut_link.out 2>cut_link.err &
  job=$!
  wait_for_step cut_link
  local begun
  begun=$(now)
  hosts_cut 2
  finish
  [ $status != 0 ] && ended_with $status cut_link "rank 1 on host-2 has not arrived at the allreduce"
  at_most "$(since "$begun")" 40 || fail "a cut link: the job ended after $(since "$begun") s"
  echo "network: $(since "$begun") s: $(grep -a '^jetrain: ' cut_link.err)"
  local i
  for i in $(seq 40); do pgrep -f "$folder/cut_link" >/dev/null || break; sleep 1; done
  ! pgrep -f "$folder/cut_link" || fail "ranks on the cut-off host are still running after $(since "$begun") s"
  resume_to_the_end cut_link 2 1
}

skipped=
for scenario in stops damage disk network kills; do
  wanted $scenario || continue
  result=0
  $scenario || result=$?
  [ $result = 77 ] && skipped+=" $scenario" && continue
  [ $result = 0 ] || fail "$scenario"
done
echo "skipped:${skipped:- nothing}"
