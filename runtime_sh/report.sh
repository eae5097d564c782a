# shellcheck shell=bash
# report: the state of a run, from its status.json, which has one task a line.
# requires: console

sf_report_print() { # [<run directory>]: the newest one without it; status 0 running or done, 1 failed, 3 unknown
  local run=${1-} line state='' reason='' newest rows=()
  if [[ ! $run ]]; then
    for newest in "$SF_OUTPUT"/*"$SF_WORKFLOW"-*/status.json; do
      if [[ ! $run || $newest -nt $run/status.json ]]; then run=${newest%/status.json}; fi
    done
  fi
  if [[ ! -r $run/status.json ]]; then
    printf 'sflow: no run of %s found in %s\n' "$SF_WORKFLOW" "${1:-$SF_OUTPUT}" >&2
    return 3
  fi
  sf_report_read "$run/status.json"
  printf '%s\n' "$run"
  for line in ${rows[@]+"${rows[@]}"}; do printf '  %s\n' "$line"; done
  sf_console_plain "$state${reason:+: $reason}"
  printf '%s\n' "$SF_PLAIN"
  [[ $state != LOST ]] || return 3
  [[ $state == RUNNING || $state == COMPLETED ]]
}

sf_report_read() { # <status.json> -> rows, state, reason of the caller; of many tasks those that went well or wait are counted
  local line host='' pid=''
  local -A quiet=()
  while IFS= read -r line; do
    if [[ $line =~ ^\ \"(state|reason|host|pid)\":\ \"?(.*),$ ]]; then
      printf -v "${BASH_REMATCH[1]}" '%s' "${BASH_REMATCH[2]%\"}"
    elif [[ $line =~ ^\ \ \"(.*)\":\ \{\"state\":\ \"([A-Z]+)\".*\"reason\":\ \"(.*)\"\} ]]; then
      if ((${#SF_TASK[@]} > 60)) && [[ ${BASH_REMATCH[2]} == @(COMPLETED|SKIPPED|INITIATED|CANCELLED) ]]; then
        quiet[${BASH_REMATCH[2]}]=$((${quiet[${BASH_REMATCH[2]}]:-0} + 1))
      else
        printf -v line '%-*s  %-9s  %s' "$SF_NAME_WIDTH" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
        sf_console_plain "$line"
        rows+=("$SF_PLAIN")
      fi
    fi
  done <"$1"
  for line in COMPLETED SKIPPED INITIATED CANCELLED; do
    [[ ! ${quiet[$line]-} ]] || rows+=("${quiet[$line]} tasks $line")
  done
  if [[ $state == RUNNING && $host == "${HOSTNAME//[!A-Za-z0-9._-]/_}" && ! -d /proc/$pid ]]; then
    state=LOST reason="its script, process $pid, is gone and has not written how the run ended"
  fi
}
