# shellcheck shell=bash
# directory: the run directory: where it is, and what it holds from the start.
# requires: clock json event owner watchdog aftermath preflight

sf_directory_begin() { # -> SF_RUN; a new one is made while this script goes on
  local time id=$((RANDOM << 15 ^ RANDOM))
  printf -v time '%(%Y%m%d-%H%M%S)T' -1
  if [[ ${SF_RESUME-} ]]; then
    SF_RUN=$SF_RESUME
  else
    printf -v SF_RUN '%s/%s%s-%s-%06x' "$SF_OUTPUT" "${SLURM_JOB_ID:+$SLURM_JOB_ID-}" "$SF_WORKFLOW" "$time" "$((id & 0xffffff))"
    sf_directory_make &
    SF_MAKER=$!
  fi
  SF_RUN_ID=${SF_RUN##*/}
}

sf_directory_open() { # the run directory, with what it ran from
  local facts
  [[ ! ${SF_MAKER-} ]] || wait "$SF_MAKER" || exit 78
  if [[ ${SF_RESUME-} ]]; then sf_directory_again; fi
  exec {SF_LOG}>>"$SF_RUN/sflow.log" {SF_EVENTS}>>"$SF_RUN/events.jsonl" || exit 78
  sf_clock_stamp
  SF_BEGUN=$SF_STAMP
  sf_clock_now
  SF_BEGAN=$SF_NOW
  SF_RUN_STATE=RUNNING
  [[ ! ${SF_PRIVATE-} ]] || SF_UMASK=$(umask)
  sf_watchdog_start
  [[ ${SF_RESUME-} ]] || sf_owner_begin # a new directory is nobody else's; now there is somebody to remove that, should this script be killed
  sf_json_quote "$SF_RUN_ID"
  facts=(run_id "$SF_JSON" pid "$$")
  if [[ ${SF_SET_JSON-} ]]; then facts+=(overrides "$SF_SET_JSON"); fi
  sf_event_run RUNNING "${facts[@]}"
  if declare -F sf_override_record >/dev/null; then sf_override_record; fi
}

sf_directory_make() { # the run directory, and in it those of the first tasks; the others come beside the schedule
  local -a first=("${SF_TASK[@]:0:16}")
  mkdir -p -- "$SF_RUN" "${first[@]/#/$SF_RUN/}" || sf_preflight_refuse "output directory cannot be written: $SF_OUTPUT"
}

sf_directory_drop() { # of a run that ends before it has begun
  wait "$SF_MAKER"
  [[ -s $SF_RUN/events.jsonl ]] || rm -f -- "$SF_RUN/events.jsonl" "$SF_RUN/sflow.log"
  rmdir -- "$SF_RUN"/*/ "$SF_RUN"
} 2>/dev/null

sf_directory_fill() { # beside the schedule: a copy of this file, and the directories of all tasks, a thousand at a time: the arguments of
  # a command have a limit. A runner that comes before makes its own.
  local -i i
  cp -- "$SF_SELF" "$SF_RUN/${SF_WORKFLOW}.sh" 2>/dev/null
  [[ ! ${SF_PRIVATE-} ]] || chmod go= -- "$SF_RUN/${SF_WORKFLOW}.sh"
  for ((i = 16; i < ${#SF_TASK[@]}; i += 1000)); do
    (cd -- "$SF_RUN" && mkdir -p -- "${SF_TASK[@]:i:1000}")
  done
}

sf_directory_again() { # what a start that was killed has left: processes, and lines without an end
  sf_owner_take
  sf_directory_make || exit 78
  sf_straggler_sweep
  sf_aftermath_mend "$SF_RUN/events.jsonl"
  sf_aftermath_mend "$SF_RUN/completed.txt"
}

sf_directory_known() { # <directory>: is it that of a run, be it one that was killed when it had only just made it?
  local IFS=$'\n' entry
  [[ ! -e $1/events.jsonl && ! -e $1/.owner ]] || return 0
  for entry in "$1"/* "$1"/.[!.]*; do # of such a run there are directories of tasks, and nothing in them
    [[ -e $entry && ! ($entry == */sflow.log && ! -s $entry) ]] || continue
    [[ $IFS${SF_TASK[*]}$IFS == *"$IFS${entry##*/}$IFS"* && ! $(ls -A -- "$entry") ]] || return 1
  done
}
