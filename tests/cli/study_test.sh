#!/usr/bin/env bash
# study_test.sh JETRAIN: a study trains its family, in groups of ranks, in one, or in shares of several processes, with
# the bits of single trainings; it goes on where it was interrupted; its tables hold what came of it.
# Environment: MPIRUN, a script called as MPIRUN RANKS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"
hashes() { awk -F, 'NR > 1 {print $NF}' "$1/study.csv"; }
column() { /usr/bin/python3 -c 'import csv, sys; print("\n".join(r[sys.argv[2]] for r in csv.DictReader(open(sys.argv[1]))))' "$1" "$2"; }

"$jetrain" generate jets.h5 --jets 600 --seed 3 >/dev/null
cat >base.yaml <<'YAML'
data: {files: [jets.h5], split: {method: tail, validation: 0.25}}
image: {bins: 10}
model: {layers: [flatten, dense: {units: 4, activation: relu}, dense: {units: 2, activation: softmax}]}
train: {batch_size: 32, epochs: 2}
early_stopping: {enabled: false}
study:
  repeats: 2
  monitor: val_auc
  family:
    variants:
      variants:
        - {name: as it is}
        - {name: no rotation, set: [image.rotate=false]}
        - {name: wide, set: [model.layers.1.dense.units=16]}
        - {name: diverges, set: ["train.optimizer={sgd: {learning_rate: 1.0e+30}}"]}
YAML

study() {  # study FOLDER RANKS [ARGUMENT...]
  local out=$1 ranks=$2
  shift 2
  "$MPIRUN" "$ranks" "$jetrain" study base.yaml --out "$out" "$@" >"$out.txt" 2>&1 || fail "$out: $(cat "$out.txt")"
}

# Ablation, with a member that fails.
study one 1
study three 3
study groups 4 --set study.groups=2
[ "$(column one/study.csv status | sort | uniq -c | tr -s ' \n' ' ')" = " 6 done 2 failed " ] || fail "$(cat one/study.csv)"
cmp <(hashes one) <(hashes three) || fail "a study depends on the number of ranks"
cmp <(hashes one) <(hashes groups) || fail "a study depends on its groups"
cmp one/ranking.csv groups/ranking.csv || fail "the ranking depends on the groups"
[ "$(column one/ranking.csv runs | tr '\n' ' ')" = "2 2 2 0 " ] || fail "$(cat one/ranking.csv)"
grep -q "the training diverged" one/trial_0006/failed.txt || fail "it is not said why a training failed"

# A member is a training like any other.
"$MPIRUN" 2 "$jetrain" train one/trial_0003/config.yaml --out alone >/dev/null
[ "$(sed -n 4p <(hashes one))" = "$(sed -n 's/.*"weights_hash": "\(.*\)",/\1/p' alone/result.json)" ] ||
  fail "a member has other weights than the same training alone"

# Interrupted: at a signal (before which nobody may overwrite it), and with one result taken away.
"$MPIRUN" 1 "$jetrain" study base.yaml --out cut --set study.repeats=40 --set train.epochs=30 >cut.txt 2>&1 &
pid=$!
for ((i = 0; i < 300; ++i)); do [ -e cut/trial_0000/history.csv ] && break || sleep 0.1; done
"$jetrain" study base.yaml --out cut --overwrite >over.txt 2>&1 && fail "a study at work was overwritten"
grep -q "another process is at work in cut" over.txt || fail "$(cat over.txt)"
kill -USR1 $pid
wait $pid && status=0 || status=$?
[ "$status" = 75 ] || fail "status $status, not 75, at a signal: $(cat cut.txt)"
grep -q "the same command goes on" cut.txt || fail "$(cat cut.txt)"
rm -r three/trial_0002
study three 2
grep -q "8 trainings, 5 of them done already" three.txt || fail "$(cat three.txt)"
cmp <(hashes one) <(hashes three) || fail "a study that went on ends otherwise"
"$jetrain" study base.yaml --out three --set train.epochs=3 >other.txt 2>&1 && fail "another study was mixed in"
grep -q "another config (train.epochs)" other.txt || fail "$(cat other.txt)"

# Shares: processes that work in one folder at the same time, some of them on the same members. The last one ranks.
study shares 1 --share 2/3
[ ! -e shares/ranking.csv ] || fail "a share ranked a study that is not whole: $(cat shares.txt)"
grep -q '2 of the 8 trainings are there' shares.txt || fail "$(cat shares.txt)"
pids=
for share in 0/3 1/3 1/3 0/2 0/1; do
  "$jetrain" study base.yaml --out shares --threads 1 --share $share >"share_${#pids}.txt" 2>&1 &
  pids+=" $!"
done
for pid in $pids; do wait "$pid" || fail "a share ended with status $?: $(cat share_*.txt)"; done
cmp one/ranking.csv shares/ranking.csv || fail "the ranking depends on the shares"
cmp <(hashes one) <(hashes shares) || fail "a study depends on its shares"
twice=$(cat shares.txt share_*.txt | sed -n 's/^ *\([0-9]*\/8\) .*val_auc.*/\1/p' | sort | uniq -d)
[ -z "$twice" ] || fail "$twice: trained by two processes"
pids=
for share in 0/2 1/2; do
  "$jetrain" study base.yaml --out cached --set data.cache=cache.h5 --threads 1 --share $share >"cached_${#pids}.txt" 2>&1 &
  pids+=" $!"
done
for pid in $pids; do wait "$pid" || fail "with a cache: status $?: $(cat cached_*.txt)"; done
cmp <(hashes one) <(hashes cached) || fail "shares that write one cache end otherwise"
for wrong in 3/3 1 a/2 -1/2 1/0 1/2x; do
  "$jetrain" study base.yaml --out shares --share=$wrong >wrong.txt 2>&1 && status=0 || status=$?
  [ "$status" = 2 ] && grep -q 'give K/N' wrong.txt || fail "--share $wrong: status $status: $(cat wrong.txt)"
done
"$jetrain" study base.yaml --out shares --share 0/2 --overwrite >wrong.txt 2>&1 && fail "a share removed the others' work"

# The other families.
family() { study "$1" 2 --set "study.family=$2" "${@:3}"; }
family grid '{grid: {parameters: [{key: model.layers.1.dense.units, values: [2, 8]}, {key: train.batch_size, values: [16, 32]}]}}' --set study.repeats=1
[ "$(column grid/study.csv model.layers.1.dense.units | tr '\n' ' ')" = "2 2 8 8 " ] || fail "$(cat grid/study.csv)"
family random '{random: {trials: 5, parameters: [{key: train.optimizer.adam.learning_rate, log_uniform: [0.001, 0.1]}, {key: train.batch_size, integers: [16, 64]}]}}' --set study.repeats=1
[ "$(column random/study.csv train.optimizer.adam.learning_rate | awk '$1 >= 0.001 && $1 <= 0.1' | sort -u | wc -l)" = 5 ] || fail "$(cat random/study.csv)"
family curve '{learning_curve: {training_jets: [100, 300]}}'
[ "$(column curve/study.csv training_jets | tr '\n' ' ')" = "100 100 300 300 " ] || fail "$(cat curve/study.csv)"
for title in Ranking "More jets" Variants Trainings; do
  grep -q ">$title</h2>" curve/study.html || fail "study.html has no section $title"
done
for ranks in 1 3; do
  "$MPIRUN" $ranks "$jetrain" study base.yaml --out folds_$ranks --set study.family=single --set study.folds=4 >/dev/null
done
cmp <(hashes folds_1) <(hashes folds_3) || fail "cross-validation depends on the number of ranks"
[ "$(column folds_1/study.csv training_jets | sort -u)" = 450 ] || fail "$(cat folds_1/study.csv)"

# A member's config and model say which jets are its own, so that each is what it was in the study by itself, too, and is
# judged by what it did not see.
json() { /usr/bin/python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): value = value[key]
print(value)' "$1" "$2"; }
is_itself() {  # is_itself MEMBER NUMBER: of the study in MEMBER/..
  local study=${1%/*}
  "$MPIRUN" 2 "$jetrain" train "$1/config.yaml" --out alone --overwrite >alone.txt || fail "$(cat alone.txt)"
  [ "$(sed -n "$2p" <(hashes "$study"))" = "$(json alone/result.json weights_hash)" ] ||
    fail "$1 has other weights than its config gives"
  [ "$(json "$1/result.json" training_jets)" = "$(json alone/result.json training_jets)" ] || fail "$1: other jets"
}
is_judged() {  # is_judged MEMBER FILE...: by its validation jets
  "$jetrain" evaluate "$1/best.h5" "${@:2}" --split validation --json judged.json --overwrite >judged.txt || fail "$(cat judged.txt)"
  [ "$(json judged.json auc)" = "$(json "$1/result.json" best.val_auc)" ] ||
    fail "$1: AUC $(json judged.json auc), $(json "$1/result.json" best.val_auc) in the study"
  [ "$(json judged.json jets)" = "$(json "$1/result.json" validation_jets)" ] || fail "$1: other validation jets"
}
for fold in 0 3; do
  is_itself folds_1/trial_000$fold $((fold + 1))
  is_judged folds_1/trial_000$fold jets.h5
done
is_itself curve/trial_0001 2
is_judged curve/trial_0001 jets.h5
"$jetrain" evaluate curve/trial_0001/best.h5 jets.h5 --split train | contains "jets 100 " || fail "not the jets that trained"
"$jetrain" generate more.h5 --jets 200 --seed 4 >/dev/null
for method in random column files; do
  files=(--set data.files="[jets.h5, more.h5]")
  [ $method != files ] || files=(--set data.files="[]" --set data.train_files=jets.h5 --set data.validation_files=more.h5)
  study by_$method 2 "${files[@]}" --set data.split.method=$method --set data.split.test=0.1 --set study.folds=3 --set study.repeats=1 \
    --set 'study.family={learning_curve: {training_jets: [150, 250]}}'
  is_itself by_$method/trial_0004 5
  is_judged by_$method/trial_0004 jets.h5 more.h5
done
# predict --split: the same jets; of all of a training's files, in their order.
"$MPIRUN" 2 "$jetrain" predict by_random/trial_0004/best.h5 jets.h5 more.h5 unseen.h5 --split validation >/dev/null
"$jetrain" metrics unseen.h5 --bootstrap 0 --json unseen.json >/dev/null
grep -q "\"auc\": $(json by_random/trial_0004/result.json best.val_auc)" unseen.json || fail "$(cat unseen.json)"
for files in "jets.h5" "more.h5 jets.h5"; do
  "$jetrain" evaluate by_random/trial_0004/best.h5 $files --split validation >wrong.txt 2>&1 && fail "other rows were taken for validation jets"
  grep -q "counts the rows of 2 files one after another: name all of them, in this order: jets.h5 more.h5" wrong.txt || fail "$(cat wrong.txt)"
done
if command -v gnuplot >/dev/null; then
  "$jetrain" report by_random/trial_0004 --data more.h5 jets.h5 --out wrong.html >wrong.txt 2>&1 && fail "report takes other rows for validation jets"
  grep -q "^jetrain: --data: run trial_0004: the model's split counts .*in this order: jets.h5 more.h5" wrong.txt || fail "$(cat wrong.txt)"
fi
"$jetrain" evaluate by_random/trial_0004/best.h5 more.h5 | contains "more.h5 is a file that this model was trained on" ||
  fail "it is not said that training jets are judged by"
# What an older jetrain left says nothing of rows: refused, with what is missing.
mkdir -p old/trial_0002 && cp folds_1/study.yaml old
"$jetrain" train base.yaml --out plain >/dev/null
cp plain/best.h5 plain/config.yaml plain/history.csv plain/result.json old/trial_0002
refused() {
  "$jetrain" "$@" >wrong.txt 2>&1 && status=0 || status=$?
  [ "$status" = 2 ] || fail "$*: status $status: $(cat wrong.txt)"
}
refused evaluate old/trial_0002/best.h5 jets.h5 --split validation
grep -q "does not say which jets it was trained on (data.split.folds=4)" wrong.txt || fail "$(cat wrong.txt)"
refused train old/trial_0002/config.yaml --out alone --overwrite
grep -q -- "add --set data.split.folds=4 --set data.split.fold=2" wrong.txt || fail "$(cat wrong.txt)"
"$jetrain" train old/trial_0002/config.yaml --set data.split.folds=4 --set data.split.fold=2 --out alone --overwrite >/dev/null
[ "$(sed -n 3p <(hashes folds_1))" = "$(json alone/result.json weights_hash)" ] || fail "the advice makes another member"
refused study base.yaml --out old --set study.family=single --set study.folds=4
grep -q "begun by an older jetrain" wrong.txt || fail "$(cat wrong.txt)"

# A member that cannot even begin is recorded; a mistake in one group ends all of them, with one message.
family tiny '{learning_curve: {training_jets: [1, 300]}}' --set study.repeats=1
[ "$(column tiny/study.csv status | tr '\n' ' ')" = "failed done " ] || fail "$(cat tiny/study.csv)"
begun=$SECONDS
"$MPIRUN" 2 "$jetrain" study base.yaml --out mistaken --set study.groups=2 --set study.repeats=1 --set train.epochs=100000 \
  --set 'study.family={learning_curve: {training_jets: [100, 1000000]}}' >mistaken.txt 2>&1 && fail "taken"
[ $((SECONDS - begun)) -lt 20 ] || fail "the other group trained on for $((SECONDS - begun)) s"
[ "$(grep -c '^jetrain: .*1000000 training jets are asked for' mistaken.txt)" = 1 ] || fail "$(cat mistaken.txt)"
[ "$(grep -c '^jetrain: ' mistaken.txt)" = 1 ] || fail "$(cat mistaken.txt)"

# A member whose files cannot be written is not a diverged one: it is tried twice, the others are trained, the status is
# not 0, and the same command trains it alone.
broken() {  # broken RANKS ARGUMENT...: the study `broken` ends with status 1
  local ranks=$1 status=0
  shift
  "$MPIRUN" "$ranks" "$jetrain" study base.yaml --out broken "$@" >broken.txt 2>&1 || status=$?
  [ "$status" = 1 ] || fail "a study with a member broken off ended with status $status: $(cat broken.txt)"
  [ "$(grep -c '^jetrain: ' broken.txt)" = 1 ] || fail "$(cat broken.txt)"
  grep -q "^jetrain: 1 training was broken off (trial_0002: .*trial_0002.*): where the cause is mended, the same command" \
    broken.txt || fail "$(cat broken.txt)"
}
mkdir broken && touch broken/trial_0002  # a file where its folder should be
broken 2
[ "$(grep -c ' 3/8 .* broken off' broken.txt)" = 2 ] || fail "not tried twice: $(cat broken.txt)"
grep -q "7 of the 8 trainings are there" broken.txt || fail "$(cat broken.txt)"
[ "$(ls broken/*/result.json | wc -l)" = 5 ] || fail "a member broken off took others with it: $(cat broken.txt)"
broken 3 --set study.groups=3
grep -q "8 trainings, 5 of them done already, 2 known to fail" broken.txt || fail "$(cat broken.txt)"
rm broken/trial_0002
study broken 1
cmp one/ranking.csv broken/ranking.csv || fail "a member that was broken off ends otherwise"
cmp <(hashes one) <(hashes broken) || fail "a study with a member that was broken off ends otherwise"
# Where the note can be written, the tables tell; they are whole once the cause is gone.
rm -r broken/trial_0002 && mkdir broken/trial_0002 && echo "cannot write trial_0002: No space left on device" >broken/trial_0002/broken_off.txt
"$jetrain" study base.yaml --out broken --share 1/8 >broken.txt 2>&1 && fail "a ranking without a member ended with status 0"
grep -q "^jetrain: 1 training was broken off (trial_0002: cannot write trial_0002: No space left" broken.txt || fail "$(cat broken.txt)"
[ "$(column broken/study.csv status | sort | uniq -c | tr -s ' \n' ' ')" = " 1 broken off 5 done 2 failed " ] || fail "$(cat broken/study.csv)"
study broken 2
cmp one/ranking.csv broken/ranking.csv || fail "a member that was broken off ends otherwise"

# A folder that is no study's is never cleared.
mkdir -p foreign/trial_mine && touch foreign/trial_mine/data
study foreign 1 --overwrite --set study.family=single --set study.repeats=1
[ -e foreign/trial_mine/data ] || fail "--overwrite removed what no study had made"
"$jetrain" study base.yaml --out wrong --set 'study.family={grid: {parameters: [{key: train.batch_sise, values: [1]}]}}' >wrong.txt 2>&1 && fail "taken"
grep -q "did you mean batch_size" wrong.txt || fail "$(cat wrong.txt)"
echo "studies do as they should"
