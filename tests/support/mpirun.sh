#!/usr/bin/env bash
# mpirun.sh RANKS COMMAND...: runs COMMAND under mpirun for correctness, on any number of cores, also as root.
ranks=$1
shift
exec mpirun -np "$ranks" --oversubscribe --bind-to none ${JETRAIN_MPIRUN_ARGS:-} \
  $([ "$(id -u)" = 0 ] && echo --allow-run-as-root) "$@"
