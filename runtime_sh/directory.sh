# shellcheck shell=bash
# directory: the run directory: where it is, and what it holds from the start.
# requires: clock json event facts owner watchdog aftermath

sf_directory_open() { # the run directory, with what it ran from
  local time id=$((RANDOM << 15 ^ RANDOM)) facts
  printf -v time '%(%Y%m%d-%H%M%S)T' -1
  if [[ ${SF_RESUME-} ]]; then
    SF_RUN=$SF_RESUME
  else
    printf -v SF_RUN '%s/%s%s-%s-%06x' "$SF_OUTPUT" "${SLURM_JOB_ID:+$SLURM_JOB_ID-}" "$SF_WORKFLOW" "$time" "$((id & 0xffffff))"
    mkdir -p -- "$SF_RUN" || exit 78
  fi
  SF_RUN_ID=${SF_RUN##*/}
  sf_owner_take
  if [[ ${SF_RESUME-} ]]; then sf_directory_again; fi
  exec {SF_LOG}>>"$SF_RUN/sflow.log" {SF_EVENTS}>>"$SF_RUN/events.jsonl" || exit 78
  sf_clock_stamp
  SF_BEGUN=$SF_STAMP
  sf_clock_now
  SF_BEGAN=$SF_NOW
  SF_RUN_STATE=RUNNING
  [[ ! ${SF_PRIVATE-} ]] || SF_UMASK=$(umask)
  cp -- "$SF_SELF" "$SF_RUN/${SF_WORKFLOW}.sh" 2>/dev/null
  [[ ! ${SF_PRIVATE-} ]] || chmod go= -- "$SF_RUN/${SF_WORKFLOW}.sh"
  sf_directory_tasks || exit 78
  sf_watchdog_start
  sf_json_quote "$SF_RUN_ID"
  facts=(run_id "$SF_JSON" pid "$$")
  if [[ ${SF_SET_JSON-} ]]; then facts+=(overrides "$SF_SET_JSON"); fi
  sf_event_run RUNNING "${facts[@]}"
  if declare -F sf_override_record >/dev/null; then sf_override_record; fi
  sf_facts_start
}

sf_directory_tasks() { # a directory for each task, made a thousand at a time: the arguments of a command have a limit
  local -i i
  for ((i = 0; i < ${#SF_TASK[@]}; i += 1000)); do
    (cd -- "$SF_RUN" && mkdir -p -- "${SF_TASK[@]:i:1000}") || return
  done
}

sf_directory_again() { # what a start that was killed has left: processes, and lines without an end
  sf_straggler_sweep
  sf_aftermath_mend "$SF_RUN/events.jsonl"
  sf_aftermath_mend "$SF_RUN/completed.txt"
}
