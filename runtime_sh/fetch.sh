# shellcheck shell=bash
# fetch: has everything downloaded that the workflow needs, before its first task. Each download is a process group of its own
# and tells the bus how it goes, so that signals and the time limit count as they do while tasks run.
# requires: schedule timer clock console event json download

sf_fetch_check() { # what the downloads need here and is missing -> SF_MISSING
  local -i n
  for ((n = 0; n < ${#SF_FETCH[@]} / 2; n++)); do
    SF_AT=$n
    "fetch_$n" check
  done
}

sf_fetch_all() { # SF_FETCH: name, URI, name, URI ... -> SF_ARTIFACT: paths of those that are not known before; the first failure ends the run
  SF_FETCH_PID=()
  SF_FETCH_NEXT=0
  sf_fetch_more
  sf_timer_set fetch:0 200
  while ((${#SF_FETCH_PID[@]})) && [[ ! ${SF_EXIT-} ]]; do sf_schedule_next; done
  sf_timer_clear fetch:0
  sf_fetch_stop
}

sf_fetch_more() { # starts the next ones: four at a time
  while ((${#SF_FETCH_PID[@]} < 4 && SF_FETCH_NEXT < ${#SF_FETCH[@]} / 2)); do
    set -m
    sf_download_serve "$SF_FETCH_NEXT" &
    set +m
    SF_FETCH_PID[SF_FETCH_NEXT]=$!
    SF_FETCH_NEXT=$((SF_FETCH_NEXT + 1))
  done
}

sf_schedule_fetching() { # <number> <word>...: from a download
  sf_console_say "artifact ${SF_FETCH[2 * $1]}: ${*:2}"
  sf_fetch_event "$1" FETCHING "${*:2}"
}

sf_schedule_fetched() { # <number> <status> <word>...: from a download that is over
  local pid=${SF_FETCH_PID[$1]-}
  [[ $pid ]] || return 0
  wait "$pid"
  unset -v "SF_FETCH_PID[$1]"
  printf -- '-%s\n' "$pid" >&"$SF_GROUPS"
  if (($2)); then
    sf_fetch_event "$1" FAILED "${*:3}"
    sf_run_fail FAILED 78 "artifact ${SF_FETCH[2 * $1]}: ${*:3} (${SF_FETCH[2 * $1 + 1]})"
    return
  fi
  sf_fetch_event "$1" READY "${*:3}"
  [[ $3 == cached ]] || sf_console_say "artifact ${SF_FETCH[2 * $1]}: ${*:3}"
  if [[ -f $SF_RUN/.artifact.$1 ]]; then
    SF_ARTIFACT[$1]=$(<"$SF_RUN/.artifact.$1")
    rm -f -- "$SF_RUN/.artifact.$1"
  fi
  [[ ${SF_EXIT-} ]] || sf_fetch_more
}

sf_fetch_event() { # <number> <state> <text>
  local name
  sf_json_quote "${SF_FETCH[2 * $1]}"
  name=$SF_JSON
  sf_json_quote "$3"
  sf_clock_stamp
  sf_event_line "{\"time\":$SF_STAMP,\"event\":\"artifact\",\"artifact\":$name,\"state\":\"$2\",\"reason\":$SF_JSON}"
}

sf_timer_due_fetch() { # a download that is gone without a word was killed by somebody else
  local n
  sf_timer_set fetch:0 200
  for n in "${!SF_FETCH_PID[@]}"; do
    if ! kill -0 "${SF_FETCH_PID[n]}" 2>/dev/null && ! read -r -t 0 -u "$SF_BUS"; then
      sf_schedule_fetched "$n" 1 its process was killed
      return
    fi
  done
}

sf_fetch_stop() { # ends what still downloads; each takes its leavings along
  local pid
  local -i tries
  for pid in "${SF_FETCH_PID[@]}"; do kill -s TERM -- "-$pid" 2>/dev/null; done
  for pid in "${SF_FETCH_PID[@]}"; do
    for ((tries = 0; tries < 40; tries++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
    kill -s KILL -- "-$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    printf -- '-%s\n' "$pid" >&"$SF_GROUPS"
  done
}
