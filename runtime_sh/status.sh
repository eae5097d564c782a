# shellcheck shell=bash
# status: status.json, the run at a glance; replaced by rename, so that a reader never sees half of it (schemas/status.schema.json).
# requires: clock json console timer event owner

sf_status_touch() { # asks for a new status.json, at most one a second
  if [[ ! ${SF_TIMER["status:0"]-} ]]; then sf_timer_set status:0 100; fi
}

sf_timer_due_status() {                       # in a process of its own: a slow file system must not hold up the schedule
  if sf_owner_child "${SF_STATUS_PID-}"; then # the one before
    sf_status_touch
    return
  fi
  sf_status_rows
  sf_status_write "/proc/$$" &
  SF_STATUS_PID=$!
}

sf_status_final() {
  [[ ! ${SF_STATUS_PID-} ]] || sf_owner_await "$SF_STATUS_PID" 1000
  sf_status_rows
  sf_status_write
}

sf_status_write() { # [<what must still be there>]: the watchdog writes the last one of a script that was killed, and none comes after it
  local file=$SF_RUN/status.json
  local new=$file.$BASHPID.new
  if ! sf_status_print 2>/dev/null >"$new"; then
    rm -f -- "$new"
  elif [[ ${1-} && ! -e $1 ]]; then
    rm -f -- "$new"
    return
  elif mv -f -- "$new" "$file" 2>/dev/null; then
    return
  fi
  sf_console_warn "cannot write $file; the run goes on without"
}

sf_status_print() { # in one write: either it is all there or it failed
  local tasks text
  printf -v tasks '%s,\n' "${SF_ROW[@]}"
  sf_clock_stamp
  sf_json_quote "$SF_RUN_ID"
  printf -v text '{"version": 1,\n "run_id": %s,\n' "$SF_JSON"
  sf_json_quote "$SF_WORKFLOW"
  printf -v text '%s "workflow": %s,\n "state": "%s",\n "exit_status": %s,\n' "$text" "$SF_JSON" "$SF_RUN_STATE" "${SF_EXIT:-null}"
  sf_json_quote "${SF_REASON-}"
  printf -v text '%s "reason": %s,\n "started": %s,\n "updated": %s,\n' "$text" "$SF_JSON" "$SF_BEGUN" "$SF_STAMP"
  sf_json_quote "${SLURM_JOB_ID-}"
  printf -v text '%s "job_id": %s,\n "host": "%s",\n "pid": %s,\n' "$text" "${SF_JSON/#'""'/null}" "${HOSTNAME//[!A-Za-z0-9._-]/_}" "${SF_SCRIPT:-$$}"
  [[ ! ${SF_SET_JSON-} ]] || text+=" \"overrides\": $SF_SET_JSON,"$'\n'
  printf '%s "tasks": {\n%s\n }}\n' "$text" "${tasks%,$'\n'}"
}

sf_status_rows() { # -> SF_ROW: of every task whose state has changed since the last time
  local -i i
  ((${#SF_ROW[@]} == ${#SF_TASK[@]})) || sf_status_fill
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ! ${SF_ROW[i]-} ]] || continue
    sf_event_name "$i"
    sf_json_quote "${SF_WHY[i]-}"
    sf_status_row "$i" "${SF_QUOTED[i]}" "$SF_JSON"
  done
}

sf_status_fill() { # -> SF_ROW: of the tasks of which nothing was told yet, all at once: one by one, a thousand would hold up the schedule
  local -a kept_rows=()
  local i rest='": {"state": "INITIATED", "attempt": 0, "exit_status": null, "started": null, "finished": null, "reason": ""}'
  [[ ${SF_TASK[*]} != *[!A-Za-z0-9_.\ -]* ]] || return 0 # a name that is another one in JSON
  for i in "${!SF_ROW[@]}"; do kept_rows[i]=${SF_ROW[i]}; done
  SF_ROW=("${SF_TASK[@]/#/  \"}")
  SF_ROW=("${SF_ROW[@]/%/$rest}")
  for i in "${!kept_rows[@]}"; do SF_ROW[i]=${kept_rows[i]}; done
}

sf_status_row() { # <task index> <its name as JSON> <reason as JSON> -> SF_ROW[index]: "name": {...}
  printf -v "SF_ROW[$1]" \
    '  %s: {"state": "%s", "attempt": %s, "exit_status": %s, "started": %s, "finished": %s, "reason": %s}' \
    "$2" "${SF_STATE[$1]}" "${SF_ATTEMPT[$1]:-0}" "${SF_STATUS[$1]:-null}" \
    "${SF_STARTED[$1]:-null}" "${SF_FINISHED[$1]:-null}" "$3"
}
