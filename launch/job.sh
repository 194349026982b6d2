# What launch's batch jobs share; sourced by train.sbatch, train_nodes.sbatch and study_array.sbatch. They set
#   JETRAIN, LAUNCHER (mpirun or srun), LAUNCHER_OPTIONS, MAX_RESTARTS
# and their own name before, and then call parse_arguments and run_job.

fail() {
  printf '%s: %s; see bash launch/%s --help\n' "$name" "$*" "$name" >&2
  exit 2
}

# The script's head, with the lines to edit.
show_help() { sed -n '2,/^set -/{/^set -/d; /^# module/!s/^# //; s/^#$//; p}' "$0"; }

# header_value OPTION: what the script's own #SBATCH line says, of which sbatch's options tell a job only.
header_value() { sed -n "s/^#SBATCH --$1=\([^ ]*\).*/\1/p" "$0" | tail -n 1; }

# parse_arguments ARGUMENT...: --help, --dry-run, then the config and jetrain's options, which are left in arguments.
parse_arguments() {
  dry=false
  while [ $# -gt 0 ]; do
    case "$1" in
      -h | --help)
        show_help
        exit 0
        ;;
      --dry-run) dry=true ;;
      -*) fail "unknown option $(printf %q "$1") before the config (options of jetrain follow it, those of sbatch precede $name)" ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] || fail "no config given"
  [ -f "$1" ] || fail "there is no config $(printf '%q in %q' "$1" "$PWD")"
  arguments=("$@")
  $dry || [ -n "${SLURM_JOB_ID:-}" ] ||
    fail "this is no SLURM job: submit it with sbatch, or look at it with --dry-run (launch/run.sh runs on this machine)"
}

# make_command VERB ARGUMENT...: leaves the whole command line in command.
make_command() {
  local launch more
  export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-$(header_value cpus-per-task)}
  OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
  case "$LAUNCHER" in
    mpirun) launch=(mpirun --map-by "slot:PE=$OMP_NUM_THREADS" --bind-to core) ;;
    srun) launch=(srun --mpi=pmix --cpu-bind=cores "--cpus-per-task=$OMP_NUM_THREADS") ;;
    *) fail "LAUNCHER=$LAUNCHER: choose mpirun or srun" ;;
  esac
  read -r -a more <<<"$LAUNCHER_OPTIONS"
  command=("${launch[@]}" "${more[@]}" "$JETRAIN" "$@")
}

# show_command VERB ARGUMENT...: as it could be typed.
show_command() {
  make_command "$@"
  printf 'OMP_NUM_THREADS=%s%s\n' "$OMP_NUM_THREADS" "$(printf ' %q' "${command[@]}")"
}

# run_job VERB ARGUMENT...: runs it, hands SLURM's signals on, and puts the job back into the queue where jetrain was
# stopped with a checkpoint (status 75).
run_job() {
  local restarts=${SLURM_RESTART_COUNT:-0} status interrupted launched
  make_command "$@"
  command -v "$JETRAIN" >/dev/null || fail "there is no program $(printf '%q in %q' "$JETRAIN" "$PWD"): build it, or set JETRAIN"
  [ "$LAUNCHER" != srun ] || srun --mpi=list 2>&1 | grep -qw pmix ||
    fail "this SLURM's srun has no PMIx (srun --mpi=list): set LAUNCHER=mpirun"
  echo "$(date '+%F %T') job $SLURM_JOB_ID on ${SLURM_JOB_NODELIST:-one node}, restart $restarts:$(printf ' %q' "${command[@]}")"
  "${command[@]}" &
  launched=$!
  trap 'interrupted=1; kill -s USR1 "$launched" 2>/dev/null || true' USR1
  trap 'interrupted=1; kill -s TERM "$launched" 2>/dev/null || true' TERM
  while :; do  # a signal ends the waiting, not the job
    interrupted=
    status=0
    wait "$launched" || status=$?
    [ -n "$interrupted" ] || break
  done
  [ $status = 75 ] || exit $status
  if [ "$restarts" -ge "$MAX_RESTARTS" ]; then
    echo "$name: stopped after $restarts restarts (MAX_RESTARTS); submit it again to go on" >&2
    exit 75
  fi
  echo "$(date '+%F %T') stopped with a checkpoint; job $SLURM_JOB_ID goes back into the queue"
  scontrol requeue "$SLURM_JOB_ID"
  sleep 60  # SLURM ends this script
  exit 75
}
