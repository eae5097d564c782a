# shellcheck shell=bash
# straggler: what left its process group: found by the run's id in its environment, or by a task's log that it writes to.
# requires: writer

sf_straggler_find() { # -> SF_STRAGGLER: processes that carry this run's id in their environment, or write to the log of a task
  mapfile -t SF_STRAGGLER < <(grep -laF -- "SFLOW_RUN_ID=$SF_RUN_ID" /proc/[0-9]*/environ 2>/dev/null)
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]#/proc/}"})
  SF_STRAGGLER=(${SF_STRAGGLER[@]+"${SF_STRAGGLER[@]%/environ}"})
  sf_writer_find
}

sf_straggler_known() { # </proc/PID/stat>: is it in one of the process groups, and more than a zombie?
  local facts
  read -r facts 2>/dev/null <"$1" || return 1
  # shellcheck disable=SC2086 # state, parent, group
  set -- ${facts##*) }
  [[ $1 != Z && ${SF_GROUP[$3]-} ]]
}

sf_straggler_alive() { # is anything of the process groups, or of what left them, more than a zombie?
  local file
  sf_straggler_find
  ((! ${#SF_STRAGGLER[@]})) || return 0
  for file in /proc/[0-9]*/stat; do
    ! sf_straggler_known "$file" || return 0
  done
  return 1
}

sf_straggler_sweep() { # ends what left its process group and outlived the run; more than once, for it may have children in the meantime
  local -i tries
  for ((tries = 0; tries < 50; tries++)); do
    sf_straggler_find
    ((${#SF_STRAGGLER[@]})) || return 0
    kill -s KILL "${SF_STRAGGLER[@]}" 2>/dev/null
    sleep 0.02
  done
}
