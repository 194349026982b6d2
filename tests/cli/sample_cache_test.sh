#!/usr/bin/env bash
# sample_cache_test.sh JETRAIN: training from data.cache gives the same bits as training from the data, whatever number
# of ranks wrote it; a cache that is stale or damaged is noticed and made anew.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...; TEST_DATA_DIR, beside which the configs are.
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
config=$TEST_DATA_DIR/../../configs/notebook.yaml

# train RUN RANKS [ARGUMENT...]
train() {
  local run=$1 ranks=$2
  shift 2
  "$MPIRUN" "$ranks" "$jetrain" train "$config" --set data.files=jets.h5 --set train.epochs=1 --threads 1 \
    --out "$run" "$@" >"$run.txt" 2>&1 || fail "$run: $(cat "$run.txt")"
}
cached() { train "$@" --set data.cache=cache.h5; }
says() { grep -q -- "$2" "$1.txt" || fail "$1 does not say '$2': $(cat "$1.txt")"; }
weights_hash() { grep '"weights_hash"' "$1/result.json"; }
same() { cmp -s <(weights_hash "$1") <(weights_hash "$2") || fail "$1 and $2: other weights"; }
rebuilt() {  # rebuilt RUN REASON: the run noticed the cache's fault, and mended it
  says "$1" "the image cache cache.h5 is $2.*; rebuilding"
  says "$1" "wrote the image cache cache.h5"
  same direct "$1"
}

"$MPIRUN" 2 "$jetrain" generate jets.h5 --jets 2000 --seed 3 >/dev/null
train direct 2
[ ! -e cache.h5 ] || fail "a cache that nobody asked for"

cached first_3 3
says first_3 "wrote the image cache cache.h5"
same direct first_3
for ranks in 1 3; do
  cached from_cache_$ranks $ranks
  says from_cache_$ranks "read 2000 rows from the cache cache.h5"
  same direct from_cache_$ranks
done

touch jets.h5
cached touched 1
rebuilt touched "stale: its data or settings changed"
cached written_by_1 3
says written_by_1 "from the cache"
same direct written_by_1

printf '\xff\xff\xff\xff\xff\xff\xff\xff' |
  dd of=cache.h5 bs=1 seek=$(($(stat -c %s cache.h5) / 2)) conv=notrunc status=none
cached flipped 3
rebuilt flipped "damaged"
truncate -s -5000 cache.h5
cached truncated 3
rebuilt truncated "damaged"
echo "not HDF5" >cache.h5
cached text 1
rebuilt text "damaged"
cached mended 3
says mended "from the cache"
same direct mended

# Other settings, other images.
cached other_bins 1 --set image.half_width=0.7
says other_bins "rebuilding"

# What cannot be written is only a warning; what is no cache is never overwritten.
train no_folder 2 --set data.cache=missing/cache.h5
says no_folder "warning: no image cache"
same direct no_folder
cp jets.h5 copy.h5
for name in jets.h5 direct/best.h5; do
  status=0
  "$MPIRUN" 2 "$jetrain" train "$config" --set data.files=jets.h5 --set data.cache=$name --out refused \
    >refused.txt 2>&1 || status=$?
  [ $status = 2 ] || fail "data.cache=$name ended with status $status: $(cat refused.txt)"
  says refused "data.cache: $name"
done
cmp jets.h5 copy.h5 || fail "the data were overwritten"
! ls ./*.writing >/dev/null 2>&1 || fail "a temporary file is left"
echo "the cache keeps all bits"
