# shellcheck shell=bash
# override: --set NAME=VALUE: another value for a variable that nothing was made of while compiling. workflow_variables knows which.
# requires: literal json secret console event

sf_override_open() { # [<NAME=VALUE>]...: over what the run that is resumed was given -> SF_SET_ENV, SF_SET_JSON, SF_SET_SHOWN
  local pair
  declare -gA SF_SET=()
  if [[ -r ${SF_RESUME:+$SF_RESUME/.overrides} ]]; then
    while IFS= read -r -d '' pair; do sf_override_take "$pair"; done <"$SF_RESUME/.overrides"
  fi
  for pair; do sf_override_take "$pair"; done
  ((${#SF_SET[@]})) || return 0
  workflow_variables sf_override_keep
  SF_SET_JSON="{${SF_SET_JSON#, }}"
  SF_SET_SHOWN=${SF_SET_SHOWN#, }
  sf_override_mark
}

sf_override_take() { # <NAME=VALUE> -> SF_SET; ends the script with 64 when it cannot be
  local name=${1%%=*} value=${1#*=} found='' known=''
  [[ $1 == *=* ]] || sf_main_usage "--set $1: write --set NAME=VALUE"
  workflow_variables sf_override_match # -> found, known, SF_LITERAL
  [[ $found ]] || sf_main_usage "--set $name: there is no such variable; these can be changed:$known"
  ((${#SF_LITERAL} < 131072)) || sf_main_usage "--set $name: a variable cannot have more than 128 KiB"
  SF_SET[$name]=$SF_LITERAL
}

sf_override_match() { # <variable> <type> <value> [<allowed value>]...: is it name of the caller, and may it be value?
  local shown=$value allowed
  [[ $2 == fixed ]] || known+=" $1"
  [[ $1 == "$name" ]] || return 0
  found=1
  [[ $2 != fixed ]] || sf_main_usage "--set $name: it cannot be changed any more, $3: build the script again"
  if sf_secret_name "$name"; then shown='***'; fi
  sf_literal_cast "$2" "$value"
  case $? in
    1) sf_main_usage "--set $name: '$shown' is no $2" ;;
    2) sf_main_usage "--set $name: only the compiler can read '$shown': build the script again" ;;
  esac
  for allowed in "${@:4}"; do [[ $allowed != "$SF_LITERAL" ]] || return 0; done
  (($# < 4)) || sf_main_usage "--set $name: '$shown' is not in its domain:$([[ $shown == '***' ]] || printf ' %s' "${@:4}")"
}

sf_override_keep() { # <variable> <type> <value> ...: what was given for it, where it is used and where it is shown
  local shown
  [[ ${SF_SET[$1]+set} ]] || return 0
  shown=${SF_SET[$1]}
  if sf_secret_name "$1"; then shown='***'; fi
  SF_SET_ENV+=("$1=${SF_SET[$1]}")
  SF_SET_SHOWN+=", $1=${shown//$'\n'/ }"
  sf_json_quote "$shown"
  SF_SET_JSON+=", \"$1\": $SF_JSON"
  if [[ ${SF_SET[$1]} != "$3" ]]; then SF_SET_CHANGED+=("$1=${SF_SET[$1]}"); fi
}

sf_override_mark() { # a task that sees other values is another task, which a resumed run does again -> SF_FINGERPRINT
  local -i i
  local pair values last='' mark
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    values=
    for pair in ${SF_SET_CHANGED[@]+"${SF_SET_CHANGED[@]}"}; do
      [[ " ${SF_HIDES[i]-} " == *" ${pair%%=*} "* ]] || values+=$pair$'\n'
    done
    if [[ $values != "$last" ]]; then mark=$(cksum <<<"$values") last=$values; fi
    if [[ $values ]]; then SF_FINGERPRINT[i]+=-${mark%% *}; fi
  done
}

sf_override_record() { # in the run's directory, for who resumes it; the values may be secret
  ((${#SF_SET[@]})) || return 0
  (umask 077 && printf '%s\0' "${SF_SET_ENV[@]}" >"$SF_RUN/.overrides") || exit 78
  sf_console_say "set: $SF_SET_SHOWN"
}

sf_override_help() { # what --set can change
  printf '%s\n' '  --set NAME=VALUE     gives one of these variables another value (repeatable):'
  workflow_variables sf_override_tell
}

sf_override_tell() { # <variable> <type> <value> [<allowed value>]...
  [[ $2 != fixed ]] || return 0
  local allowed=''
  if (($# > 3)); then printf -v allowed ', %s' "${@:4}"; fi
  if sf_secret_name "$1"; then allowed=''; fi
  sf_console_plain "$2, $3${allowed:+; one of ${allowed#, }}"
  printf '      %-20s %s\n' "$1" "$SF_PLAIN"
}
