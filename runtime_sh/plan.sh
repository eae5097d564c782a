# shellcheck shell=bash
# plan: what this script would run, as a table.
# requires: console

sf_plan_print() {
  local before after p
  local -i i
  printf '%s: %d tasks\n\n' "$SF_WORKFLOW" "${#SF_TASK[@]}"
  printf '  %-*s  %-12s  %-12s  %s\n' "$SF_NAME_WIDTH" task nodes GPUs 'starts after'
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    after=
    for before in ${SF_AFTER[i]-}; do after+=", ${SF_TASK[before]}"; done
    printf '  %-*s  %-12s  %-12s  %s\n' "$SF_NAME_WIDTH" "${SF_TASK[i]}" "${SF_NODES[i]}" "${SF_GPUS[i]:--}" "${after#, }"
    for p in ${SF_PROBES_OF[i]-}; do printf '  %*s    %s\n' "$SF_NAME_WIDTH" '' "${SF_PROBE_ROLE[p]}"; done
  done
  sf_console_plain "${SF_SET_SHOWN-}"
  [[ ! $SF_PLAIN ]] || printf '\n  set: %s\n' "$SF_PLAIN"
}
