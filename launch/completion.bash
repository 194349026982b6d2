# Bash completion of jetrain's verbs, options and files:
#
#     source launch/completion.bash
#
# (An installed jetrain's is found by bash-completion.) It asks `jetrain VERB --help`, once a shell for each verb, so
# that it knows what the program knows.

declare -gA _jetrain_known=()

# _jetrain_ask PROGRAM [VERB...]: leaves its verbs, or where it has none its options, in _jetrain_words.
_jetrain_ask() {
  if [ -z "${_jetrain_known[$*]+asked}" ]; then
    _jetrain_known[$*]=$("$@" --help 2>/dev/null </dev/null | awk '
      /^[A-Z].*:$/ { section = $1 }
      section == "Subcommands:" && /^  [a-z]/ { verbs = verbs " " $1 }
      section == "Options:" && /^  -/ {
        n = split($1, names, ",")
        for (i = 1; i <= n; ++i) if (names[i] ~ /^--/) options = options " " names[i]
      }
      END { print verbs != "" ? verbs : options }')
  fi
  _jetrain_words=${_jetrain_known[$*]}
}

_jetrain() {
  local word=${COMP_WORDS[COMP_CWORD]} asked=("${COMP_WORDS[0]}") i
  COMPREPLY=()
  _jetrain_ask "${asked[@]}"
  for ((i = 1; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} != -* && " $_jetrain_words " == *" ${COMP_WORDS[i]} "* ]] || break
    asked+=("${COMP_WORDS[i]}")
    _jetrain_ask "${asked[@]}"
  done
  # After a verb, what does not begin with - is a file, which bash completes.
  if [[ $word == -* || " $_jetrain_words" != *" -"* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$_jetrain_words" -- "$word")
  fi
}

complete -o default -F _jetrain jetrain
