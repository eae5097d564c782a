# shellcheck shell=bash
# event: events.jsonl, one line for everything that happened (schemas/event.schema.json).
# requires: clock json console status

sf_event_write() { # <event> [<key> <json value>]...: appends one line in one write
  local line event=$1
  shift
  sf_clock_stamp
  line="{\"time\":$SF_STAMP,\"event\":\"$event\""
  while (($#)); do
    line+=",\"$1\":$2"
    shift 2
  done
  if ! { printf '%s}\n' "$line" >&"$SF_EVENTS"; } 2>/dev/null && [[ ! ${SF_EVENTS_BROKEN-} ]]; then
    SF_EVENTS_BROKEN=1
    sf_console_warn "cannot write events.jsonl; the run goes on without"
  fi
}

sf_event_state() { # <task index> <state> <reason>: a task's new state, here and in its row of status.json
  local reason
  sf_json_quote "$3"
  reason=$SF_JSON
  sf_json_quote "${SF_TASK[$1]}"
  sf_event_write state task "$SF_JSON" state "\"$2\"" attempt "${SF_ATTEMPT[$1]:-0}" \
    exit_status "${SF_STATUS[$1]:-null}" reason "$reason"
  sf_status_row "$1" "$SF_JSON" "$reason"
}
