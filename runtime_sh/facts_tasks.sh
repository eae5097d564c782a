# shellcheck shell=bash
# facts_tasks: the part of run.json that says what runs where: nodes, variables, and a task a line.
# requires: json event secret

sf_facts_nodes() {
  local -i n
  local comma=''
  for ((n = 0; n < ${#SF_NODE_NAME[@]}; n++)); do
    sf_json_quote "${SF_NODE_NAME[n]}"
    printf '%s\n  {"name": %s' "$comma" "$SF_JSON"
    sf_json_quote "${SF_NODE_IP[n]}"
    printf ', "address": %s}' "$SF_JSON"
    comma=,
  done
}

sf_facts_variables() { # what every task finds in its environment
  local assignment comma=''
  SF_ENV=()
  workflow_environment
  sf_facts_secrets # -> SF_SECRETS
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
    sf_facts_pair "$assignment"
    printf '%s\n  %s' "$comma" "$SF_PAIR"
    comma=,
  done
}

sf_facts_secrets() { # -> SF_SECRETS: the values of SF_ENV that no other value is to show
  local assignment value
  SF_SECRETS=()
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
    value=${assignment#*=}
    if ((${#value} > 3)) && sf_secret_name "${assignment%%=*}"; then SF_SECRETS+=("$value"); fi
  done
}

sf_facts_pair() { # <NAME=VALUE> -> SF_PAIR: as a member of an object; no secret
  local name=${1%%=*} value=${1#*=} secret
  for secret in ${SF_SECRETS[@]+"${SF_SECRETS[@]}"}; do value=${value//"$secret"/***}; done
  sf_json_quote "$value"
  if sf_secret_name "$name"; then SF_JSON='"***"'; fi
  SF_PAIR="\"$name\": $SF_JSON"
}

sf_facts_tasks() {
  local -i i
  local comma='' base before after p probes
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    sf_json_quote "${SF_BASE[i]:-${SF_TASK[i]}}"
    base=$SF_JSON
    after='' probes=''
    for before in ${SF_AFTER[i]-}; do
      sf_event_name "$before"
      after+=", ${SF_QUOTED[before]}"
    done
    for p in ${SF_PROBES_OF[i]-}; do
      sf_json_quote "${SF_SAYS[p]-}"
      probes+=", {\"role\": \"${SF_PROBE_ROLE[p]% *}\", \"kind\": \"${SF_PROBE_ROLE[p]#* }\", \"says\": $SF_JSON}"
    done
    sf_facts_swept "$i" # -> SF_SWEPT
    sf_event_name "$i"
    printf '%s\n  {"name": %s, "base": %s, "replica": %s, "sweep": {%s}, "after": [%s], "nodes": [%s], "gpus": [%s]' \
      "$comma" "${SF_QUOTED[i]}" "$base" "${SF_REPLICA[i]:-0}" "$SF_SWEPT" "${after#, }" "${SF_NODES[i]// /, }" "${SF_GPUS[i]-}"
    sf_facts_limits "$i"
    printf ', "probes": [%s]}' "${probes#, }"
    comma=,
  done
}

sf_facts_swept() { # <task index> -> SF_SWEPT: the variables of its sweep, as members of an object
  local name assignment
  SF_SWEPT=
  [[ ${SF_SWEEPS[$1]-} ]] || return 0
  SF_ENV=() SF_COMMAND=()
  "setup_$1"
  for name in ${SF_SWEEPS[$1]}; do
    for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
      [[ $assignment == "$name="* ]] || continue
      sf_facts_pair "$assignment"
      SF_SWEPT+=", $SF_PAIR"
    done
  done
  SF_SWEPT=${SF_SWEPT#, }
}

sf_facts_limits() { # <task index>
  local -i i=$1
  local retries=${SF_RETRY[i]:-0} critical=true outputs=false
  if [[ ${SF_OPTIONAL[i]-} ]]; then critical=false; fi
  if [[ ${SF_OUTPUTS[i]-} ]]; then outputs=true; fi
  printf ', "launch": "%s", "timeout": %s, "ready_within": %s, "retries": %s, "critical": %s, "outputs": %s' \
    "${SF_LAUNCH[i]:-local}" "${SF_TIMEOUT[i]:-null}" "${SF_READY_WITHIN[i]:-null}" "${retries%% *}" "$critical" "$outputs"
  if [[ ${SF_UNITS[i]-} ]]; then printf ', "units": {%s}' "${SF_UNITS[i]}"; fi
}
