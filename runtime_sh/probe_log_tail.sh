# shellcheck shell=bash
# probe_log_tail: reads on in a log that a checker keeps open, where bash itself can: most of what comes holds nothing that a probe looks for.
# Only what certainly does not is passed over; of all else the unit probe_log finds out.
# requires:

sf_probe_log_pass() { # <log> <pattern> <task index>: moves offset of the caller on when nothing that is new can match; else status 1
  local fd=${SF_TAIL[$3]-} at
  [[ $fd && ${SF_TAIL_AT[$3]} == "$offset" && /proc/self/fd/$fd -ef $1 ]] || return 1
  IFS= read -r -N 1048577 -u "$fd" SF_TAIL_TEXT || : # so much at most, however long its lines are
  ((${#SF_TAIL_TEXT} && ${#SF_TAIL_TEXT} <= 1048576)) || return 1
  SF_TAIL_TEXT=${SF_TAIL_REST[$3]}$SF_TAIL_TEXT
  sf_probe_log_place "$fd"                        # -> at
  ((at == offset + ${#SF_TAIL_TEXT})) || return 1 # a NUL is nothing that bash can hold
  if sf_probe_log_may "$2"; then return 1; fi
  SF_TAIL_REST[$3]=${SF_TAIL_TEXT##*$'\n'}
  ((${#SF_TAIL_REST[$3]} <= 65536)) || return 1
  offset=$((at - ${#SF_TAIL_REST[$3]}))
  SF_TAIL_AT[$3]=$offset
}

sf_probe_log_may() { # <pattern>: may it stand in a line of SF_TAIL_TEXT? Here a line does not end a match: that finds more, not less
  local status
  # shellcheck disable=SC2154 # the caller's
  if [[ ${options[*]} == *-i* ]]; then shopt -s nocasematch; fi
  if [[ ${options[*]} == *-F* ]]; then
    [[ $SF_TAIL_TEXT == *"$1"* ]]
  elif [[ $1 == *[\\^$]* ]]; then # not so where a line begins or ends
    :
  else
    [[ $SF_TAIL_TEXT =~ $1 ]]
  fi
  status=$?
  shopt -u nocasematch
  return "$((status == 1))" # 2: what bash takes for no pattern is for grep to judge
}

sf_probe_log_open() { # <log> <task index>: opens it where the next check has to begin: at offset of the caller
  local fd=${SF_TAIL[$2]-}
  if [[ $fd && ${SF_TAIL_AT[$2]} == "$offset" && /proc/self/fd/$fd -ef $1 ]]; then
    sf_probe_log_place "$fd" # -> at
    [[ $at != "$((offset + ${#SF_TAIL_REST[$2]}))" ]] || return 0
  fi
  [[ ! $fd ]] || exec {fd}<&-
  SF_TAIL[$2]=
  { exec {fd}<"$1"; } 2>/dev/null || return 0
  ((! offset)) || dd bs=1 skip="$offset" count=0 <&"$fd" 2>/dev/null || :
  sf_probe_log_place "$fd" # -> at
  if [[ $at == "$offset" ]]; then
    SF_TAIL[$2]=$fd SF_TAIL_AT[$2]=$offset SF_TAIL_REST[$2]=''
  else
    exec {fd}<&-
  fi
}

sf_probe_log_place() { # <descriptor> -> at of the caller: where it reads next
  at=''
  { read -r _ at <"/proc/self/fdinfo/$1"; } 2>/dev/null || :
}
