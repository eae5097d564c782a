# shellcheck shell=bash
# event: events.jsonl, one line for everything that happened (schemas/event.schema.json).
# requires: clock json console

sf_event_line() { # <text>: appends one line in one write
  if ((${#SF_EVENTS_OWED[@]})) || ! { printf '%s\n' "$1" >&"$SF_EVENTS"; } 2>/dev/null; then sf_event_owe "$1"; fi
}

sf_event_owe() { # <text>: as sf_event_line; what a full disk does not take is written when there is room again
  sf_event_cut "$SF_RUN/events.jsonl"
  SF_EVENTS_OWED+=("$1")
  while ((${#SF_EVENTS_OWED[@]})); do
    if ! { printf '%s\n' "${SF_EVENTS_OWED[0]}" >&"$SF_EVENTS"; } 2>/dev/null; then
      sf_event_cut "$SF_RUN/events.jsonl"
      [[ ${SF_EVENTS_BROKEN-} ]] || sf_console_warn "cannot write events.jsonl; the run goes on"
      SF_EVENTS_BROKEN=1
      return 0
    fi
    SF_EVENTS_OWED=("${SF_EVENTS_OWED[@]:1}")
  done
}

sf_event_cut() { # <file of lines>: cuts off the line that has no end, in place: the file is open
  local LC_ALL=C last
  last=$(tail -c 65536 -- "$1" && echo .) 2>/dev/null
  last=${last%.}
  last=${last##*$'\n'}
  [[ ! $last ]] || dd if=/dev/null of="$1" bs=1 seek="$(($(wc -c <"$1") - ${#last}))" 2>/dev/null
}

sf_event_run() { # <state> [<key> <json value>]...: a new state of the run
  local line
  sf_clock_stamp
  line="{\"time\":$SF_STAMP,\"event\":\"run\",\"state\":\"$1\""
  shift
  while (($#)); do
    line+=",\"$1\":$2"
    shift 2
  done
  sf_event_line "$line}"
}

sf_event_name() { # <task index> -> SF_QUOTED[index]: its name as JSON
  [[ ! ${SF_QUOTED[$1]-} ]] || return 0
  sf_json_quote "${SF_TASK[$1]}"
  SF_QUOTED[$1]=$SF_JSON
}

sf_event_state() { # <task index> <state> <reason>: a task's new state, here and for its row of status.json
  local line
  [[ ${SF_QUOTED[$1]-} ]] || sf_event_name "$1"
  SF_JSON=\"$3\"
  if [[ $3 == *[![:print:]]* || $3 == *[\\\"]* ]]; then sf_json_quote "$3"; fi
  line="{\"time\":$SF_STAMP,\"event\":\"state\",\"task\":${SF_QUOTED[$1]},\"state\":\"$2\",\"attempt\":${SF_ATTEMPT[$1]:-0},\"exit_status\":${SF_STATUS[$1]:-null},\"reason\":$SF_JSON}"
  SF_ROW[$1]=''
  if ((${#SF_EVENTS_OWED[@]})) || ! { printf '%s\n' "$line" >&"$SF_EVENTS"; } 2>/dev/null; then sf_event_owe "$line"; fi
}

sf_event_probe() { # <task index> <readiness|failure> <what a check found>
  sf_event_name "$1"
  sf_json_quote "$3"
  sf_event_line "{\"time\":$SF_STAMP,\"event\":\"probe\",\"task\":${SF_QUOTED[$1]},\"attempt\":${SF_ATTEMPT[$1]:-0},\"probe\":\"$2\",\"found\":$SF_JSON}"
}
