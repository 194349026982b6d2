#!/usr/bin/env bash
# help_test.sh JETRAIN: each verb's --help ends with an example of that verb, without MPI; Bash completes verbs, options
# and files.
# Environment: TEST_DATA_DIR, beside which launch is; MPIRUN.
completion=$(realpath "$TEST_DATA_DIR/../../launch/completion.bash")
source "$(dirname "${BASH_SOURCE[0]}")/../support/cli.sh"

# verbs COMMAND...: the subcommands that its --help names.
verbs() { "$@" --help | awk '/^[A-Z]/ { inside = /^Subcommands:/ } inside && /^  [a-z]/ { print $1 }'; }
with_example() {  # with_example VERB...
  OMPI_MCA_btl=nonsense "$jetrain" "$@" --help >help.txt || fail "$* --help: $(cat help.txt)"
  grep -A 1 '^Example:' help.txt | tail -n 1 | contains -E "^  (mpirun -np [0-9]+ )?jetrain $*( |$)" ||
    fail "jetrain $* --help has no example: $(cat help.txt)"
}

all=$(verbs "$jetrain")
[ "$(wc -w <<<"$all")" -ge 9 ] || fail "few verbs: $all"
for verb in $all; do
  with_example "$verb"
  for second in $(verbs "$jetrain" "$verb"); do with_example "$verb" "$second"; done
done
"$MPIRUN" 2 "$jetrain" predict --help >help.txt
[ "$(grep -c '^Example:' help.txt)" = 1 ] || fail "two ranks say: $(cat help.txt)"

refuses() {  # refuses TEXT ARGUMENT...
  local wanted=$1 status=0
  shift
  "$jetrain" "$@" 2>refusal.txt || status=$?
  [ $status = 2 ] && grep -qF -- "$wanted" refusal.txt || fail "jetrain $*: status $status, $(cat refusal.txt)"
}
refuses "there is no verb trian" trian config.yaml
refuses "there is no verb reprot" scaling reprot
refuses "A subcommand is required" scaling
refuses "config is required" train --resume
refuses "--out: a folder has a name" train config.yaml --out ""

source "$completion"
complete -p jetrain | contains -- '-o default -F _jetrain' || fail "nothing completes jetrain"
completes() {  # completes WANTED WORD...: the last word's completions are those of WANTED
  local wanted=$1
  shift
  COMP_WORDS=("$jetrain" "$@")
  COMP_CWORD=$#
  _jetrain
  [ "${COMPREPLY[*]}" = "$wanted" ] || fail "jetrain $* completes to '${COMPREPLY[*]}', not '$wanted'"
}
completes "$(xargs <<<"$all")" ""
completes "preprocess predict" pre
completes "run report project" scaling ""
completes "--write-jobs" scaling run configs/quickstart.yaml --w
completes "--resume" train configs/quickstart.yaml --out runs/first --res
completes "" train conf
echo "every verb has its example, and is completed"
