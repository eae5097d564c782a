#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run t
  SF_RUN_ID=run-$BATS_TEST_NUMBER-$RANDOM$RANDOM SF_GRACE=100 SF_REASON=''
  sf_bus_open SF_BUS
}

asleep() { # a process group that sleeps -> GROUP
  set -m
  sleep 60 3>&- &
  set +m
  GROUP=$!
}

serve() { # with an input that ends at once: the script is gone
  (exec 3>&- && set +e && sf_watchdog_serve </dev/null)
}

@test "when the script is gone its process groups go, and the run has failed" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  asleep
  printf '+%s 0\n' "$GROUP" >&"$SF_GROUPS"
  SF_STATE[0]=RUNNING
  sf_status_row 0 '"t"' '""'
  serve
  gone "$GROUP"
  [[ ! -e $SF_RUN/.groups && $(<"$SF_RUN/status.json") == *'"state": "FAILED"'*'"exit_status": 137'* ]]
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"state":"FAILED","exit_status":137'* ]]
}

@test "a group that had ended is not signalled: its number may be another's" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  asleep
  printf '+%s 0\n-%s 0\n' "$GROUP" "$GROUP" >&"$SF_GROUPS"
  SF_STATE[0]=COMPLETED
  sf_status_row 0 '"t"' '""'
  serve
  kill -0 "$GROUP"
  kill -s KILL "$GROUP"
}

@test "a run that ends in order sends its watchdog home" {
  {
    set +e
    sf_watchdog_start
    set -e
  } 3>&-
  local watchdog=$SF_WATCHER
  asleep
  printf '+%s 0\n' "$GROUP" >&"$SF_GROUPS"
  sf_watchdog_end
  gone "$watchdog"
  kill -0 "$GROUP"
  kill -s KILL "$GROUP"
  [[ ! -e $SF_RUN/.groups ]]
}

@test "of a script that is killed when it has taken its leave, but not tidied up, nothing is left" {
  {
    set +e
    sf_watchdog_start
    set -e
  } 3>&-
  local watchdog=$SF_WATCHER
  until [[ -s $SF_RUN/.owner ]]; do sleep 0.05; done
  sf_watchdog_note bye
  exec {SF_LIFE}>&-
  gone "$watchdog"
  [[ ! -e $SF_RUN/.groups && ! -e $SF_RUN/.owner ]]
}

@test "what the next start has written is not tidied up" {
  {
    set +e
    sf_watchdog_start
    set -e
  } 3>&-
  local watchdog=$SF_WATCHER
  until [[ -s $SF_RUN/.owner ]]; do sleep 0.05; done
  sf_watchdog_end
  sf_owner_begin
  : >"$SF_RUN/.groups"
  exec {SF_LIFE}>&-
  gone "$watchdog"
  [[ -e $SF_RUN/.groups && -s $SF_RUN/.owner ]]
}

@test "it can be told how the run ends" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  (exec 3>&- && set +e && sf_watchdog_serve <<<'CANCELLED 143 SIGTERM')
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"state":"CANCELLED","exit_status":143,"reason":"SIGTERM"'* ]]
}

@test "another one comes for a watchdog that was killed" {
  {
    set +e
    sf_watchdog_start
    local first=$SF_WATCHER
    sf_watchdog_keep
    [[ $SF_WATCHER == "$first" ]] || return 1
    kill -s KILL "$first"
    gone "$first"
    wait "$first"
    sf_watchdog_keep
    set -e
  } 3>&-
  [[ $SF_WATCHER != "$first" ]]
  kill -0 "$SF_WATCHER"
  sf_watchdog_end
  gone "$SF_WATCHER"
}

@test "a run ends well without a watchdog to tell so" {
  {
    set +e
    sf_watchdog_start
    kill -s KILL "$SF_WATCHER"
    gone "$SF_WATCHER"
    sf_watchdog_end
    set -e
  } 3>&-
  [[ ! -e $SF_RUN/.groups ]]
}

@test "a run whose end stands in the events is not ended again" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  sf_event_run COMPLETED exit_status 0 reason '""'
  (exec 3>&- && set +e && sf_watchdog_serve <<<'COMPLETED 0 ')
  [[ $(grep -c '"event":"run"' "$SF_RUN/events.jsonl") == 1 && $(<"$SF_RUN/status.json") == *'"state": "COMPLETED"'* ]]
}

counting() { # <when the task is in the list: before the watchdog looks, or while it does> -> what the task prints of a TERM
  exec {SF_GROUPS}>"$SF_RUN/.groups" {SF_LIST}<"$SF_RUN/.groups"
  local counts='trap "echo TERM" TERM; echo up; for ((i = 0; i < 20; i++)); do sleep 0.1; done'
  set -m
  SFLOW_RUN_ID=$SF_RUN_ID bash -c "$counts" >"$SF_RUN/t/t.log" 3>&- &
  set +m
  GROUP=$!
  until [[ -s $SF_RUN/t/t.log ]]; do sleep 0.1; done
  SF_GROUP=()
  printf '+%s 0\n' "$GROUP" >&"$SF_GROUPS"
  [[ $1 == while ]] || sf_watchdog_groups
  sf_watchdog_signal TERM
  sf_watchdog_groups TERM
  wait "$GROUP"
  cat "$SF_RUN/t/t.log"
}

@test "whoever is found in more than one way gets a signal once" {
  [[ $(counting before) == $'up\nTERM' ]]
}

@test "so does who is found while the watchdog looks" {
  [[ $(counting while) == $'up\nTERM' ]]
}

@test "it need not wait for the end of its pipe when it is told that all is over" {
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  asleep
  printf '+%s 0\n' "$GROUP" >&"$SF_GROUPS"
  (exec 3>&- && set +e && sf_watchdog_serve < <(printf 'FAILED 70 no idea\nover\n' && exec sleep 50))
  gone "$GROUP"
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"exit_status":70,"reason":"no idea"'* ]]
}

@test "a script that gives up tells another watchdog when its own is gone" {
  {
    set +e
    trap : PIPE # as a run has it
    sf_watchdog_start
    kill -s KILL "$SF_WATCHER"
    gone "$SF_WATCHER"
    wait "$SF_WATCHER" || :
    asleep
    printf '+%s 0\n' "$GROUP" >&"$SF_GROUPS"
    sf_watchdog_tell FAILED 70 'no idea'
    set -e
  } 3>&-
  gone "$GROUP"
  [[ $(tail -n 1 "$SF_RUN/events.jsonl") == *'"exit_status":70,"reason":"no idea"'* ]]
}

@test "a task that a runner begins when the script is gone already ends as the others do" {
  local stubborn
  exec {SF_GROUPS}>"$SF_RUN/.groups"
  SF_GRACE=1000
  set -m
  bash -c 'trap "" TERM; echo up; sleep 60 & wait' >"$SF_RUN/t/t.log" 3>&- &
  stubborn=$!
  set +m
  until [[ -s $SF_RUN/t/t.log ]]; do sleep 0.1; done
  printf '+%s 0\n' "$stubborn" >&"$SF_GROUPS"
  serve &
  local watchdog=$!
  sleep 0.5
  asleep
  printf '+%s 1\n' "$GROUP" >&"$SF_GROUPS"
  gone "$GROUP"
  kill -0 "$watchdog"
  kill -s KILL -- "-$stubborn"
  wait "$watchdog"
}
