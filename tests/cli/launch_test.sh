#!/usr/bin/env bash
# launch_test.sh JETRAIN: launch's scripts without SLURM: --help, --dry-run, and what they refuse. (What they do under
# SLURM is in slurm_test.sh.)
# Environment: TEST_DATA_DIR, beside which configs and launch are.
launch=$(realpath "$TEST_DATA_DIR/../../launch")
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
unset ${!SLURM_*} JETRAIN LAUNCHER LAUNCHER_OPTIONS MAX_RESTARTS SHARES MPIRUN_OPTIONS
touch config.yaml
jobs="train.sbatch train_nodes.sbatch study_array.sbatch"

# says WANTED COMMAND...: ends with status 0, and a line of what it says is WANTED.
says() {
  local wanted=$1
  shift
  "$@" >said.txt 2>&1 || fail "$*: status $?: $(cat said.txt)"
  grep -qxF -- "$wanted" said.txt || fail "$*: no line '$wanted' in: $(cat said.txt)"
}
# refuses WANTED COMMAND...: ends with status 2 and one line, which has WANTED.
refuses() {
  local wanted=$1 status=0
  shift
  "$@" >said.txt 2>&1 || status=$?
  [ $status = 2 ] || fail "$*: status $status: $(cat said.txt)"
  [ "$(wc -l <said.txt)" = 1 ] && grep -qF -- "$wanted" said.txt || fail "$*: not '$wanted': $(cat said.txt)"
}

for script in "$launch"/*.sh $(printf "$launch/%s " $jobs); do bash -n "$script" || fail "$script"; done

# run.sh: one machine. Where ranks and threads are given, the command follows; else from the machine's cores.
run=$launch/run.sh
as_root=$([ "$(id -u)" != 0 ] || echo " --allow-run-as-root")
cores=$(lscpu --parse=CORE,NODE | grep -v '^#' | sort -u | wc -l)
export JETRAIN=jetrain
says "OMP_NUM_THREADS=1 mpirun -np 1 --map-by slot:PE=1 --bind-to core$as_root jetrain train config.yaml --set a=\\[\\'b\\ c\\'\\]" \
  bash "$run" -n 1 -t 1 --dry-run train config.yaml --set "a=['b c']"
MPIRUN_OPTIONS="--tag-output -q" says \
  "OMP_NUM_THREADS=1 mpirun -np 1 --map-by slot:PE=1 --bind-to core$as_root --tag-output -q jetrain summary config.yaml" \
  bash "$run" -n 1 -t 1 --dry-run summary config.yaml
says "OMP_NUM_THREADS=2 mpirun -np 5000 --oversubscribe --bind-to none$as_root jetrain train config.yaml" \
  bash "$run" -n 5000 -t 2 --dry-run train config.yaml
grep -q "5000 ranks x 2 threads on [0-9]* cores: nothing is bound" said.txt || fail "$(cat said.txt)"
bash "$run" --dry-run train config.yaml >said.txt
read -r ranks threads <<<"$(sed -n 's/OMP_NUM_THREADS=\([0-9]*\) mpirun -np \([0-9]*\) .*/\2 \1/p' said.txt)"
[ $((ranks * threads)) -ge 1 ] && [ $((ranks * threads)) -le "$cores" ] || fail "$ranks x $threads on $cores cores"
# One core may be used: one rank, one thread.
says "OMP_NUM_THREADS=1 mpirun -np 1 --map-by slot:PE=1 --bind-to core$as_root jetrain train config.yaml" \
  taskset -c "$(awk '/^Cpus_allowed_list/ {split($2, a, /[,-]/); print a[1]}' /proc/self/status)" \
  bash "$run" --dry-run train config.yaml
says "    launch/run.sh [-n RANKS] [-t THREADS] [--dry-run] VERB ARGUMENT..." bash "$run" --help
refuses "no verb" bash "$run"
refuses "unknown option -x" bash "$run" -x train config.yaml
refuses "-n two: a number above 0 is needed" bash "$run" -n two train config.yaml
refuses "-t 0: a number above 0 is needed" bash "$run" -t 0 train config.yaml
refuses "-n (nothing): a number above 0 is needed" bash "$run" -n
unset JETRAIN

# The batch jobs.
for script in $jobs; do
  says "#SBATCH --requeue" bash "$launch/$script" --help
  grep -q "sbatch launch/$script CONFIG --out" said.txt && grep -q '^JETRAIN=' said.txt || fail "$script: $(cat said.txt)"
  refuses "no config given" bash "$launch/$script"
  refuses "no config given" bash "$launch/$script" --dry-run
  refuses "there is no config absent.yaml in $folder" bash "$launch/$script" --dry-run absent.yaml
  refuses "unknown option --nodes=2 before the config" bash "$launch/$script" --nodes=2 config.yaml
  refuses "no SLURM job: submit it with sbatch" bash "$launch/$script" config.yaml --out run
  LAUNCHER=aprun refuses "LAUNCHER=aprun: choose mpirun or srun" bash "$launch/$script" --dry-run config.yaml
  # SLURM's copy of a script finds what the scripts share from the folder in which sbatch was called.
  cp "$launch/$script" copy
  refuses "found no job.sh" bash copy --help
  SLURM_SUBMIT_DIR=$launch/.. says "#SBATCH --requeue" bash copy --help
  SLURM_SUBMIT_DIR=$launch/.. SLURM_JOB_ID=1 JETRAIN=absent SLURM_ARRAY_TASK_ID=0 SHARES=1 \
    refuses "there is no program absent in $folder" bash copy config.yaml
done
for script in train.sbatch train_nodes.sbatch; do
  says "OMP_NUM_THREADS=1 mpirun --map-by slot:PE=1 --bind-to core build/release/jetrain train config.yaml --out a\\ b --resume" \
    bash "$launch/$script" --dry-run config.yaml --out "a b"
  SLURM_CPUS_PER_TASK=4 JETRAIN=other LAUNCHER=srun LAUNCHER_OPTIONS="--exact -v" says \
    "OMP_NUM_THREADS=4 srun --mpi=pmix --cpu-bind=cores --cpus-per-task=4 --exact -v other train config.yaml --resume" \
    bash "$launch/$script" --dry-run config.yaml
done
array=$launch/study_array.sbatch
says "OMP_NUM_THREADS=1 mpirun --map-by slot:PE=1 --bind-to core build/release/jetrain study config.yaml --out s --share 7/8" \
  bash "$array" --dry-run config.yaml --out s
[ "$(wc -l <said.txt)" = 8 ] || fail "$(cat said.txt)"
SHARES=3 LAUNCHER=srun says \
  "OMP_NUM_THREADS=1 srun --mpi=pmix --cpu-bind=cores --cpus-per-task=1 build/release/jetrain study config.yaml --share 2/3" \
  bash "$array" --dry-run config.yaml
[ "$(wc -l <said.txt)" = 3 ] || fail "$(cat said.txt)"
SHARES=no refuses "SHARES=no: a number above 0 is needed" bash "$array" --dry-run config.yaml
SLURM_JOB_ID=1 refuses "this is no array job" bash "$array" config.yaml
SLURM_JOB_ID=1 SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_COUNT=2 \
  refuses "not numbered 0, 1, 2" bash "$array" config.yaml
echo "the launch scripts say what they would do"
