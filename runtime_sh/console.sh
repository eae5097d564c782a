# shellcheck shell=bash
# console: the lines that a person reads, on the terminal (or the job's output file) and in sflow.log.
# requires:

sf_console_open() { # colours on a terminal that wants them
  SF_COLOUR=()
  if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
    SF_COLOUR=([0]=$'\e[0m')
    SF_COLOUR_OF=([RUNNING]=$'\e[36m' [READY]=$'\e[32m' [COMPLETED]=$'\e[32m' [SKIPPED]=$'\e[90m'
      [FAILED]=$'\e[1;31m' [TIMEOUT]=$'\e[1;31m' [CANCELLED]=$'\e[33m' [RETRY]=$'\e[33m')
  fi
}

sf_console_state() { # <task index> <word> <text>: one change of a task
  local line time
  printf -v line '%-*s  %-9s%s' "$SF_NAME_WIDTH" "${SF_TASK[$1]}" "$2" "${3:+  $3}"
  printf -v time '%(%H:%M:%S)T' -1
  if ((${#SF_COLOUR[@]})); then
    printf '%s  %s%s%s\n' "$time" "${SF_COLOUR_OF[$2]-}" "$line" "${SF_COLOUR[0]}"
  else
    printf '%s  %s\n' "$time" "$line"
  fi
  sf_console_record "$time" "$line"
}

sf_console_say() { # <text>: anything else worth a line
  local time
  printf -v time '%(%H:%M:%S)T' -1
  printf '%s  %s\n' "$time" "$1"
  sf_console_record "$time" "$1"
}

sf_console_warn() { # <text>: something is wrong that does not end the run
  printf 'sflow: %s\n' "$1" >&2
  sf_console_record WARNING "$1"
}

sf_console_record() { # <time> <text>: the line in sflow.log, once there is one
  [[ -z ${SF_LOG-} ]] || printf '%s  %s\n' "$1" "$2" >&"$SF_LOG" || :
}
