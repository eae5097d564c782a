# shellcheck shell=bash
# retry: further attempts at a task that failed.
# requires: timer clock console event

sf_retry_later() { # <task index> <why it failed>: arranges the next attempt; status 1 when there is none left
  local -i i=$1 attempt=${SF_ATTEMPT[$1]} n
  local count interval backoff delay
  # shellcheck disable=SC2086 # three words
  set -- $1 "$2" ${SF_RETRY[$1]}
  count=$3 interval=$4 backoff=$5
  ((attempt <= count)) || return 1
  sf_retry_delay "$interval" "$backoff" "$attempt"
  sf_clock_format "$SF_DELAY" delay
  sf_task_enter "$i" INITIATED "$2; attempt $((attempt + 1)) of $((count + 1)) in $delay"
  sf_timer_set "retry:$i" "$SF_DELAY"
}

sf_retry_delay() { # <interval in seconds> <backoff> <attempt that failed> -> SF_DELAY: interval * backoff^(attempt-1), centiseconds
  local factor
  local -i n
  sf_clock_parse "$1" SF_DELAY
  sf_clock_parse "$2" factor # in hundredths, like centiseconds
  for ((n = 1; n < $3 && SF_DELAY < 100000000; n++)); do SF_DELAY=$((SF_DELAY * factor / 100)); done
}

sf_retry_rule() { # <task index> <attempt>: what parts two attempts in the log; probes look behind it
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log
  [[ -f $log ]] || return 0 # the task may have removed it, or put a pipe in its place
  printf '\n======== attempt %s ========\n' "$2" 2>/dev/null >>"$log"
  SF_LOG_FROM[$1]=$(wc -c <"$log")
}

sf_timer_due_retry() { # <task index>
  [[ ${SF_EXIT-} ]] || sf_task_start "$1"
}
