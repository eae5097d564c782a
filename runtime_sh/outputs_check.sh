# shellcheck shell=bash
# outputs_check: what is required of a task's outputs. Its verdict waits until they have been read: a task whose program was content
# and whose result is missing or out of bounds has FAILED, and may be given another attempt.
# requires: outputs_check_awk verdict lifecycle console

sf_outputs_check_begin() { # <task index> <why it would have completed>: until its outputs are read, nothing else decides about it
  SF_CHECK_WHY[$1]=$2
  SF_CHECK_VERDICT[$1]=${SF_VERDICT[$1]-}
  SF_VERDICT[$1]='CHECKED its outputs are being read'
}

sf_outputs_check_explain() { # <task index> <what awk says> -> error of the caller: as text, with lines of the log
  local at share text
  local -i line
  error=''
  while read -r at share text; do
    if [[ $at =~ ^[0-9]+$ ]]; then # else it is awk that has something to say
      if ((at)); then
        line=$(sf_outputs_check_line "$1" "$at")
        if [[ $share == 1/1 ]]; then text+=" (line $line)"; else text+=" (line $line; ${share/\// of } values)"; fi
      fi
      error+="${error:+; }$text"
    fi
  done <<<"$2"
}

sf_outputs_check_line() { # <task index> <line of the attempt, as awk counts> prints its line of the log: a carriage return ends none there
  local log=$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log
  local -i from=${SF_LOG_FROM[$1]:-0}
  {
    head -c "$from" -- "$log" | tr -cd '\n'
    tail -c "+$((from + 1))" -- "$log" | tr -cd '\r\n' | head -c "$(($2 - 1))" | tr -cd '\n'
    printf '\n'
  } | wc -l
}

sf_outputs_check_settle() { # <task index> <status of its reader> <what that says>; status 1 when the task has not completed
  local -i i=$1
  local state=FAILED why=$3
  SF_VERDICT[i]=${SF_CHECK_VERDICT[i]}
  if (($2 == 0)); then
    sf_task_record "$i"
    sf_task_enter "$i" COMPLETED "${SF_CHECK_WHY[i]}"
    return
  fi
  (($2 == 3)) || why="its outputs cannot be checked: $3"
  if (($2 != 3)) && [[ ${SF_EXIT:-0} != 0 ]]; then # the end of the run was the end of the reader
    sf_task_enter "$i" CANCELLED "stopped: $SF_REASON"
  elif [[ ${SF_RETRY[i]-} && ${SF_READER_AFTER[i]} == RUNNING && ! ${SF_EXIT-} ]] && sf_retry_later "$i" "$why"; then
    rm -f -- "$SF_RUN/${SF_TASK[i]}/outputs.json" # of an attempt that does not count
  else
    SF_VERDICT[i]="FAILED $why"
    sf_task_enter "$i" FAILED "$why"
    sf_outputs_check_fail "$i"
  fi
  return 1
}

sf_outputs_check_fail() { # <task index>: so has the run, also when all else is done and a service's result was the last to be looked at
  local stopping=${SF_STOPPING-}
  if [[ ${SF_EXIT-} == 0 ]]; then SF_EXIT='' SF_STOPPING=''; fi
  sf_run_blame "$1"
  SF_STOPPING=$stopping
}
