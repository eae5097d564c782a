# shellcheck shell=bash
# aftermath: the books of a run whose script is gone without a last word: what events.jsonl tells is brought to an end there, and
# status.json says the same.
# requires: event status clock

sf_aftermath_settle() { # <state> <exit status> <reason>: of the run; every task gets a state that is its last
  local -i i
  local word
  SF_RUN_STATE=$1 SF_EXIT=$2 SF_REASON=$3
  sf_aftermath_mend "$SF_RUN/events.jsonl"
  sf_aftermath_read
  exec {SF_EVENTS}>>"$SF_RUN/events.jsonl"
  sf_clock_stamp
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    case ${SF_STATE[i]-} in
      RUNNING | READY) word=stopped SF_FINISHED[i]=$SF_STAMP ;;
      '' | INITIATED) word='not started' ;;
      *) continue ;;
    esac
    SF_STATE[i]=CANCELLED
    SF_WHY[i]="$word: $3"
    sf_event_state "$i" CANCELLED "${SF_WHY[i]}"
  done
  sf_json_quote "$3"
  [[ $SF_ENDED ]] || sf_event_run "$1" exit_status "$2" reason "$SF_JSON"
  sf_status_rows
  sf_status_write
}

sf_aftermath_mend() { # <file of lines>: drops a last line that has no end, for what is appended would be part of it
  local end
  [[ -s $1 ]] || return 0
  end=$(tail -c 1 -- "$1" && echo .) || return 0 # somebody killed that
  if [[ $end == $'\n.' ]]; then return 0; fi
  sed '$d' <"$1" >"$1.new" && mv -f -- "$1.new" "$1"
}

sf_aftermath_read() { # -> SF_STATE, SF_ATTEMPT, SF_STATUS, SF_STARTED, SF_FINISHED, SF_ROW, SF_ENDED: as the last start's events have it
  local line i
  local -A index=()
  local event='^\{"time":([0-9.]+),"event":"state","task":("([^"\\]|\\.)*"),"state":"([A-Z]+)","attempt":([0-9]+),"exit_status":([a-z0-9]+),"reason":(.*)\}$'
  for i in "${!SF_TASK[@]}"; do
    sf_event_name "$i"
    index[${SF_QUOTED[i]}]=$i
  done
  sf_aftermath_forget
  while IFS= read -r line; do
    case $line in
      *'"event":"run","state":"RUNNING"'*) sf_aftermath_forget && sf_aftermath_begun "$line" ;;
      *'"event":"run",'*) SF_ENDED=1 ;;
    esac
    [[ $line =~ $event && ${index[${BASH_REMATCH[2]}]-} ]] || continue
    sf_aftermath_note "${index[${BASH_REMATCH[2]}]}" "${BASH_REMATCH[1]}" "${BASH_REMATCH[@]:4}"
  done <"$SF_RUN/events.jsonl"
}

sf_aftermath_forget() { # the state of every task before the first event
  local -i i
  SF_STATE=() SF_WHY=() SF_ATTEMPT=() SF_STATUS=() SF_STARTED=() SF_FINISHED=() SF_ROW=() SF_ENDED=
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do SF_STATE[i]=INITIATED; done
}

sf_aftermath_begun() { # <event> -> SF_BEGUN, SF_SCRIPT, SF_SET_JSON: when the run began, by which process, with which other values
  local begun='^\{"time":([0-9.]+),.*"pid":([0-9]+)(,"overrides":(.*))?\}$'
  [[ $1 =~ $begun ]] || return 0
  SF_BEGUN=${BASH_REMATCH[1]} SF_SCRIPT=${BASH_REMATCH[2]} SF_SET_JSON=${BASH_REMATCH[4]}
}

sf_aftermath_note() { # <task index> <time> <state> <attempt> <exit status> <reason as JSON>
  SF_STATE[$1]=$3 SF_ATTEMPT[$1]=$4 SF_STATUS[$1]=$5
  case $3 in
    RUNNING) SF_STARTED[$1]=$2 ;;
    READY | SKIPPED) ;;
    *) [[ ! ${SF_STARTED[$1]-} ]] || SF_FINISHED[$1]=$2 ;;
  esac
  sf_status_row "$1" "${SF_QUOTED[$1]}" "$6"
}
