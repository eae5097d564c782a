# shellcheck shell=bash
# report: the state of a run, from its status.json, which has one task a line.
# requires:

sf_report_print() { # [<run directory>]: the newest one without it; status 0 running or done, 1 failed, 3 unknown
  local run=${1-} line state='' reason='' newest
  if [[ ! $run ]]; then
    for newest in "$SF_OUTPUT"/*"$SF_WORKFLOW"-*/status.json; do
      if [[ ! $run || $newest -nt $run/status.json ]]; then run=${newest%/status.json}; fi
    done
  fi
  if [[ ! -r $run/status.json ]]; then
    printf 'sflow: no run of %s found in %s\n' "$SF_WORKFLOW" "${1:-$SF_OUTPUT}" >&2
    return 3
  fi
  printf '%s\n' "$run"
  while IFS= read -r line; do
    if [[ $line =~ ^\ \"state\":\ \"([A-Z]*)\" ]]; then
      state=${BASH_REMATCH[1]}
    elif [[ $line =~ ^\ \"reason\":\ \"(.*)\",$ ]]; then
      reason=${BASH_REMATCH[1]}
    elif [[ $line =~ ^\ \ \"(.*)\":\ \{\"state\":\ \"([A-Z]+)\".*\"reason\":\ \"(.*)\"\} ]]; then
      printf '  %-*s  %-9s  %s\n' "$SF_NAME_WIDTH" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
    fi
  done <"$run/status.json"
  printf '%s%s\n' "$state" "${reason:+: $reason}"
  [[ $state == RUNNING || $state == COMPLETED ]]
}
