# Sourced after support/cli.sh by tests of trainings that must end with the same bits: functions that train, compare two
# runs, and go through shapes of a job. $config is the config that `matrix` and `refused` train.
weights_hash() { sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' "$1/result.json"; }
metrics() { cut -d, -f1-7 "$1/history.csv"; }

# train CONFIG RUN RANKS THREADS [ARGUMENT...]
train() {
  local config=$1 run=$2 ranks=$3 threads=$4
  shift 4
  "$MPIRUN" "$ranks" "$jetrain" train "$config" --threads "$threads" --out "$run" "$@" >"$run.txt" 2>&1 ||
    fail "$run: $(cat "$run.txt")"
}
same() {  # same RUN RUN
  [ -n "$(weights_hash "$1")" ] || fail "$1 has no weights_hash"
  [ "$(weights_hash "$1")" = "$(weights_hash "$2")" ] || fail "$1 and $2: other weights"
  cmp -s <(metrics "$1") <(metrics "$2") || fail "$1 and $2: another history"
}
differ() { [ "$(weights_hash "$1")" != "$(weights_hash "$2")" ] || fail "$1 and $2: the same weights"; }

# matrix NAME [ARGUMENT...]: all shapes of a job, one from a cache, and a resumed one, end alike
matrix() {
  local name=$1 shape
  shift
  for shape in 1x1 2x1 3x1 2x2; do
    train "$config" "$name-$shape" "${shape%x*}" "${shape#*x}" "$@"
    same "$name-1x1" "$name-$shape"
  done
  for ranks in 2 3; do
    train "$config" "$name-cached-$ranks" $ranks 1 --set "data.cache=$name.cache.h5" "$@"
    same "$name-1x1" "$name-cached-$ranks"
  done
  grep -q "from the cache" "$name-cached-3.txt" || fail "the cache was not used: $(cat "$name-cached-3.txt")"
  train "$config" "$name-resumed" 3 1 "$@" --set checkpoint.every_steps=3 --set checkpoint.keep=1000
  rm "$name-resumed/result.json"
  find "$name-resumed/checkpoints" -name '*.h5' | sort | tail -n +2 | xargs rm
  train "$config" "$name-resumed" 2 1 "$@" --resume
  grep -q "goes on at epoch 1, after step 3" "$name-resumed.txt" || fail "$(cat "$name-resumed.txt")"
  same "$name-1x1" "$name-resumed"
  echo "same bits: $name $(weights_hash "$name-1x1")"
}
refused() {  # refused TEXT ARGUMENT...: the training says so, once
  local text=$1
  shift
  "$MPIRUN" 3 "$jetrain" train "$config" --out refused "$@" >refused.txt 2>&1 && fail "taken: $*"
  [ "$(grep -c "^jetrain: .*$text" refused.txt)" = 1 ] || fail "$*: $(cat refused.txt)"
}
