# shellcheck shell=bash
# outputs: what the patterns of a task find in its log goes to outputs.json in its directory. It is read when the task has
# completed, by a process beside the schedule, and what depends on the task starts when that is done. Nothing that goes
# wrong here changes how the task or the run ends, unless something is required of them (outputs_check).
# requires: outputs_awk document bus timer clock console schedule verdict

sf_outputs_start() { # <task index> <the state it was in before> <why it ended>; status 1 when they decide whether it has completed
  SF_READER_AFTER[$1]=$2
  SF_READERS=$((SF_READERS + 1))
  set -m # away from signals to this script's process group
  sf_outputs_read "$1" &
  set +m
  SF_READER[$1]=$!
  SF_READER_UNTIL[$1]=$((SF_NOW + 30000))
  sf_timer_set "reader:$1" 200
  if [[ ${SF_CHECKED[$1]-} && $2 != STOPPED ]]; then sf_outputs_check_begin "$1" "$3" && return 1; fi
}

sf_outputs_rescue() { # <task index> <state> -> why of the caller: of a task that a limit or a signal has stopped, what it has printed so far
  if [[ $2 == TIMEOUT || ($2 == CANCELLED && $SF_RUN_STATE != FAILED) || ${SF_STATUS[$1]} == 143 && ! ${SF_VERDICT[$1]-} ]]; then
    sf_outputs_start "$1" STOPPED
    why+='; outputs.json has what it had printed'
  fi
}

sf_outputs_recover() { # <task index>: it has completed, but the script was killed before its outputs were read; status 1: it shall run again
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log error
  local -i status
  if [[ ! ${SF_OUTPUTS[$1]-} || (-e ${log%/*}/outputs.json && ! ${SF_CHECKED[$1]-}) ]]; then return 0; fi
  SF_LOG_FROM[$1]=$(LC_ALL=C awk '{ n += length($0) + 1 } /^======== attempt [0-9]+ ========$/ { at = n } END { printf "%d", at }' "$log" 2>/dev/null)
  sf_outputs_try "$1"
  ((status)) || return 0
  if [[ ! ${SF_CHECKED[$1]-} ]]; then sf_console_warn "no outputs of ${SF_TASK[$1]}: $error" && return 0; fi
  sf_console_say "${SF_TASK[$1]} had completed and runs again: $error"
  return 1
}

sf_outputs_read() { # <task index>: a process of its own, whose word on the bus is its end
  local fd error
  local -i status
  trap '' HUP INT QUIT TERM USR1 USR2
  { printf '+%s\n' "$BASHPID" >&"$SF_GROUPS"; } 2>/dev/null # as long as it holds SF_LIFE the watchdog does not look there
  for fd in "${SF_RUNNER_PIPE[@]}" "$SF_LIFE" "$SF_EVENTS" "$SF_LOG" "$SF_GROUPS" ${SF_CHECKS-}; do exec {fd}>&-; done
  sf_outputs_try "$1"
  printf 'outputs %s %s %s\n' "$1" "$status" "${error:0:400}" >&"$SF_BUS"
}

sf_outputs_try() { # <task index> -> status, error of the caller: 3 when what is in outputs.json is not what is required
  status=0
  error=$(sf_outputs_write "$1" "$SF_RUN/${SF_TASK[$1]}" 2>&1) || status=$?
  if ((status == 3)); then sf_outputs_check_explain "$1" "$error"; fi
  error=${error//$'\n'/; }
}

sf_outputs_write() { # <task index> <its directory>: outputs.json, whole or not at all
  local file=$2/outputs.json
  local -i status=1
  if ! command -v awk >/dev/null; then
    printf 'there is no awk'
  else
    sf_outputs_find "$1" "$2/${SF_TASK[$1]}.log" >"$file.new"
    status=$?
    if ((status == 0 || status == 3)) && [[ $(tail -c 2 -- "$file.new") == '}' ]]; then
      mv -f -- "$file.new" "$file" && return "$status"
    fi
  fi
  rm -f -- "$file.new"
  return 1
}

sf_outputs_find() { # <task index> <log>: prints the object; a carriage return ends a line too, as progress bars have it
  local program
  set -o pipefail
  export LC_ALL=C
  program=$(sf_outputs_awk)
  if declare -F sf_outputs_check_awk >/dev/null; then program+=$(sf_outputs_check_awk); fi
  sf_document_text "task_outputs:$1"
  tail -c "+$((${SF_LOG_FROM[$1]:-0} + 1))" -- "$2" | tr -d '\000' | tr '\r' '\n' | awk "$program"$'\n'"$SF_TEXT"
}

sf_schedule_outputs() { # <task index> <status> <word>...: from the reader
  local -i i=$1
  [[ ${SF_READER[i]-} ]] || return 0
  printf -- '-%s\n' "${SF_READER[i]}" >&"$SF_GROUPS"
  unset -v "SF_READER[i]"
  SF_READERS=$((SF_READERS - 1))
  sf_timer_clear "reader:$i"
  if (($2)); then rm -f -- "$SF_RUN/${SF_TASK[i]}/outputs.json.new"; fi
  if [[ ${SF_CHECKED[i]-} && ${SF_READER_AFTER[i]} != STOPPED ]]; then
    sf_outputs_check_settle "$i" "$2" "${*:3}" || return 0
  elif (($2 % 3)); then
    sf_console_warn "no outputs of ${SF_TASK[i]}: ${*:3}"
  fi
  if [[ ${SF_READER_AFTER[i]} == RUNNING ]]; then sf_schedule_release "$i"; fi
}

sf_timer_due_reader() { # <task index>: is it still at it? Some logs are more than an awk can do in five minutes
  if ((SF_NOW >= SF_READER_UNTIL[$1])); then
    kill -s KILL -- "-${SF_READER[$1]}" 2>/dev/null
    sf_schedule_outputs "$1" 1 'reading them took too long'
  elif kill -0 "${SF_READER[$1]}" 2>/dev/null || read -r -t 0 -u "$SF_BUS"; then
    sf_timer_set "reader:$1" 200
  else
    sf_schedule_outputs "$1" 1 'what read them was killed'
  fi
}

sf_outputs_finish() { # at the end of the run: waits for the readers, but after a failure no longer than for the tasks
  local -i i until
  sf_clock_now
  until=$((SF_NOW + (SF_EXIT ? SF_GRACE : 360000)))
  while ((SF_READERS && SF_NOW < until)) && [[ ! ${SF_HURRY-} ]]; do
    sf_schedule_next
    sf_clock_now
  done
  for i in "${!SF_READER[@]}"; do
    kill -s KILL -- "-${SF_READER[i]}" 2>/dev/null
    sf_schedule_outputs "$i" 1 'the run has ended'
  done
}
