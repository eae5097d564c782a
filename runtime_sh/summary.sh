# shellcheck shell=bash
# summary: what a person wants to see when the run is over.
# requires: console clock

sf_summary_print() {
  local took counts='' state
  local -i i
  local -A count=()
  if [[ ${SF_BLAMED-} ]]; then sf_summary_blame "$SF_BLAMED"; fi
  printf '\n'
  if ((${#SF_TASK[@]} <= 60)); then
    for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
      sf_console_plain "${SF_WHY[i]-}"
      printf '  %-*s  %-9s  %s\n' "$SF_NAME_WIDTH" "${SF_TASK[i]}" "${SF_STATE[i]}" "$SF_PLAIN"
    done
  fi
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do count[${SF_STATE[i]}]=$((${count[${SF_STATE[i]}]:-0} + 1)); done
  for state in COMPLETED SKIPPED FAILED TIMEOUT CANCELLED; do
    if [[ ${count[$state]-} ]]; then counts+=", ${count[$state]} $state"; fi
  done
  sf_clock_now
  sf_clock_format "$((SF_NOW - SF_BEGAN))" took
  printf '\n'
  sf_console_say "$SF_WORKFLOW $SF_RUN_STATE in $took: ${counts#, }; exit status $SF_EXIT"
  printf '          %s\n' "$SF_RUN"
}

sf_summary_blame() { # <task index>: the end of the log of the task that failed, which may be one line without an end
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log line
  [[ -f $log ]] || return 0 # the task may have put a pipe in its place
  printf '\nThe last lines of %s (%s):\n' "${SF_TASK[$1]}" "$log"
  tail -c 16384 -- "$log" 2>/dev/null | tail -n 20 | while IFS= read -r line || [[ $line ]]; do
    sf_console_plain "$line"
    printf '  | %s\n' "$SF_PLAIN"
  done
}
