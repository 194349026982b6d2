#!/usr/bin/env bash
# slurm_test.sh JETRAIN: launch's batch jobs under a real SLURM of two nodes, both this machine: jobs that finish, that
# are stopped on demand and by their time limit and go on by themselves, and that fail; a study as an array job.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which configs and launch are.
set -euo pipefail
skip() { echo "SKIPPED: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || skip "SLURM's daemons are started here as root only"
for program in munged slurmctld slurmd sbatch; do
  [ -n "$(PATH=$PATH:/usr/sbin command -v $program)" ] || skip "no $program (Debian: slurm-wlm, munge)"
done
PATH=$PATH:/usr/sbin
JETRAIN=$(realpath "$1")
export JETRAIN
repository=$(realpath "$TEST_DATA_DIR/../..")
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
export SLURM_CONF=$folder/slurm.conf

stop_slurm() {
  local file
  scancel --user=root 2>/dev/null || true
  for file in slurmd-n0 slurmd-n1 slurmctld munged; do
    [ ! -s $file.pid ] || kill "$(cat $file.pid)" 2>/dev/null || true
    sleep 0.3
  done
  pkill -KILL -f "$folder" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop_slurm EXIT

start_slurm() {
  local host port node
  host=$(uname -n)
  host=${host%%.*}
  port=$((20000 + RANDOM % 8000))
  mkdir -m 700 munge
  head -c 1024 /dev/urandom >munge/key
  chmod 400 munge/key
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
  cat >slurm.conf <<TEXT
ClusterName=jetrain
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
KillWait=10
NodeName=n0 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=3 RealMemory=1000
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=3 RealMemory=1000
PartitionName=all Nodes=n0,n1 Default=YES State=UP MaxTime=INFINITE
TEXT
  mkdir state
  slurmctld -c
  for node in n0 n1; do slurmd -N $node; done
  wait_until 30 "both nodes are idle" nodes_are_idle
}
nodes_are_idle() { [ "$(sinfo -h -o '%D %t' 2>/dev/null)" = "2 idle" ]; }

wait_until() {  # wait_until SECONDS "what" COMMAND...
  local seconds=$1 what=$2 i
  shift 2
  for i in $(seq $((seconds * 2))); do
    "$@" && return
    sleep 0.5
  done
  tail -n 20 ./*.log >&2
  fail "not within $seconds s: $what"
}

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
train=("$repository/configs/notebook.yaml" --set data.files=jets.h5 --set early_stopping.enabled=false)
# submit SCRIPT NAME [sbatch options] -- [train options]: the job's number is $job, its log NAME.log
submit() {
  local script=$repository/launch/$1 name=$2 options=()
  shift
  shift
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  job=$(sbatch --parsable --output="$name.log" "${options[@]}" "$script" "${train[@]}" --out "$name" "$@")
}
field() { scontrol show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1; }
in_state() { [ "$(field "$1" JobState)" = "$2" ]; }
ended() { [[ "$(field "$1" JobState)" =~ ^(COMPLETED|FAILED|TIMEOUT|CANCELLED|NODE_FAIL)$ ]]; }
has_epoch() { grep -q '^1,' "$1/history.csv" 2>/dev/null; }
# SLURM lets requeued jobs wait for two minutes; here they go on at once.
ended_or_hurried() {
  [ "$(field "$1" Reason)" != BeginTime ] || scontrol update JobId="$1" StartTime=now
  ended "$1"
}
completes() {  # completes NAME SECONDS
  wait_until "$2" "$1 ends" ended_or_hurried "$job"
  in_state "$job" COMPLETED || fail "$1: $(field "$job" JobState): $(cat "$1.log")"
}
same() {
  cmp -s <(grep weights_hash "$1/result.json") <(grep weights_hash "$2/result.json") || fail "$1: other weights than $2"
}
reference() {  # reference EPOCHS
  "$MPIRUN" 2 "$JETRAIN" train "${train[@]}" --set train.epochs="$1" --out "reference_$1" >/dev/null
}

start_slurm
"$JETRAIN" generate jets.h5 --jets 4000 --seed 5 >/dev/null
both=(--nodes=2 --ntasks-per-node=1 --time=5)
export LAUNCHER_OPTIONS="--bind-to none"  # both nodes have the same cores

# Enough epochs for the time limit of one minute, SLURM's shortest. It looks at limits every half a minute and warns in
# time for that: 20 to 50 seconds before the end, and never before the script has begun to listen. Meanwhile the other
# jobs use the cores that are left. A checkpoint after each step leaves fewer epochs to do again for comparison.
submit train_nodes.sbatch limit "${both[@]}" --time=1 --signal=B:USR1@20 -- --set train.epochs=2000 \
  --set checkpoint.every_steps=1
limited=$job
wait_until 60 "limit has trained an epoch" has_epoch limit

reference 3
submit train_nodes.sbatch finish "${both[@]}" -- --set train.epochs=3
completes finish 60
same finish reference_3
echo "finish: mpirun across two nodes: $(tail -n 1 finish.log)"

LAUNCHER=srun LAUNCHER_OPTIONS= submit train_nodes.sbatch pmix --nodes=1 --ntasks-per-node=2 --time=5 -- --set train.epochs=3
completes pmix 90
grep -q '^2 ranks x 1 thread' pmix.log || fail "srun --mpi=pmix started no job of two ranks: $(cat pmix.log)"
same pmix reference_3
echo "pmix: srun on one node: $(tail -n 1 pmix.log)"

# A step of srun that Open MPI cannot ask about: several processes end with one message; one alone, as in a shell of
# `srun --pty`, trains, as often as it likes.
step=(srun --nodes=1 --time=5)
status=0
"${step[@]}" --mpi=none --ntasks=2 "$JETRAIN" train "${train[@]}" --out several >several.log 2>&1 || status=$?
[ $status = 2 ] && [ "$(grep -vc '^srun: ' several.log)" = 1 ] && grep -q 'SLURM_STEP_NUM_TASKS=2.*srun --mpi=pmix' several.log ||
  fail "two processes without PMIx: status $status: $(cat several.log)"
for mpi in none pmix; do
  cat >shell.sh <<TEXT
for run in first second; do "$JETRAIN" train ${train[*]@Q} --set train.epochs=1 --out $mpi-\$run --quiet || exit; done
"$JETRAIN" predict $mpi-first/best.h5 jets.h5 $mpi.h5 --split validation
TEXT
  script -qec "${step[*]} --mpi=$mpi --ntasks=1 --pty bash shell.sh" /dev/null >shell.log 2>&1 </dev/null || true
  [ -s $mpi.h5 ] && same $mpi-first $mpi-second || fail "srun --mpi=$mpi --pty: $(cat shell.log)"
done
echo "steps: several processes are refused, and a shell of srun trains: $(head -c 100 several.log)..."

submit train_nodes.sbatch failing "${both[@]}" -- --set train.bach_size=3
wait_until 60 "failing ends" ended "$job"
in_state "$job" FAILED || fail "a wrong config: $(field "$job" JobState)"
[ "$(field "$job" Restarts)" = 0 ] || fail "a job that fails was put back into the queue"
grep -q 'did you mean batch_size' failing.log || fail "failing: $(cat failing.log)"
[ "$(field "$job" ExitCode)" = 2:0 ] || fail "failing: exit code $(field "$job" ExitCode)"
echo "failing: FAILED with exit code 2:0, not requeued"

# A study of four members by an array of two tasks, one of which is stopped on demand: the last of them ranks.
cat >study.yaml <<YAML
data: {files: [jets.h5], split: {method: tail, validation: 0.25}}
image: {bins: 20}
model: {layers: [flatten, dense: {units: 64, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 16, epochs: 100}
early_stopping: {enabled: false}
study: {repeats: 4, family: single}
YAML
array=$(sbatch --parsable --output=study_%a.log --array=0-1 --ntasks-per-node=1 --time=5 \
  "$repository/launch/study_array.sbatch" study.yaml --out study)
wait_until 60 "the array's first task has trained an epoch" has_epoch study/trial_0000
scancel --batch --signal=USR1 "${array}_0"
wait_until 60 "the array's first task goes back into the queue" grep -q 'goes back into the queue' study_0.log
"$JETRAIN" study study.yaml --out study_whole --threads 1 >/dev/null
for task in 0 1; do
  job=${array}_$task
  completes study_$task 60
done
[ "$(field "${array}_0" Restarts),$(field "${array}_1" Restarts)" = 1,0 ] || fail "the array's tasks: $(cat study_?.log)"
hashes() { sed 1d "$1/study.csv" | awk -F, '{print $NF}'; }
cmp study/ranking.csv study_whole/ranking.csv || fail "an array job ranks otherwise: $(cat study_?.log)"
[ "$(hashes study | sort -u | wc -l)" = 4 ] && cmp <(hashes study) <(hashes study_whole) || fail "$(cat study/study.csv)"
epochs_of() { cut -d, -f1-9 "$1/trial_0000/history.csv"; }
cmp <(epochs_of study) <(epochs_of study_whole) || fail "the member that was stopped has another history"
[ "$(cat study_?.log | grep -c 'study.csv has all trainings')" = 1 ] || fail "not one task ranked: $(cat study_?.log)"
echo "study: two tasks, one of them requeued, end with the bits of one process: $(tail -n 1 study_0.log)"

wait_until 90 "the time limit stops the job" grep -q 'goes back into the queue' limit.log
echo "limit: $(grep -a 'jetrain: stopped by a signal' limit.log)"
# The rest of it runs under no such limit, and is stopped on demand once more.
wait_until 30 "limit waits in the queue" in_state "$limited" PENDING
sleep 3  # a node that is given a job back in the second of its end refuses it ("already killed")
scontrol update JobId="$limited" TimeLimit=10 StartTime=now
wait_until 60 "limit goes on" grep -q '^resumed: limit goes on' limit.log
sleep 3
scancel --batch --signal=USR1 "$limited"
wait_until 60 "SIGUSR1 stops the job" in_state "$limited" PENDING
[ "$(grep -c 'goes back into the queue' limit.log)" = 2 ] || fail "SIGUSR1 on demand: $(cat limit.log)"
done_epochs=$(tail -n 1 limit/history.csv | cut -d, -f1)
scancel "$limited"
echo "limit: requeued by the time limit and on demand; $done_epochs epochs so far"

# What is left is done by another job, of another shape, up to an epoch that is soon reached.
epochs=$((done_epochs + 3))
submit train.sbatch limit --nodes=1 --ntasks-per-node=1 --cpus-per-task=2 --time=5 -- --set train.epochs=$epochs
completes limit 120
reference $epochs
same limit reference_$epochs
echo "limit: $epochs epochs in three jobs end with the bits of one: $(tail -n 1 limit.log)"
