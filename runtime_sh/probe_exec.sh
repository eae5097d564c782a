# shellcheck shell=bash
# probe_exec: does a command succeed? It runs beside this script, with the variables of the task and as one starts a task: what the
# prober ignores, it does not. All of its process group ends with the check.
# requires: local task

sf_probe_exec() { # <task index> <word>...
  local -i i=$1 status
  shift
  sf_task_environment "$i" "$SF_RUN/${SF_TASK[i]}"
  if [[ ${SF_SETUP[i]-} ]]; then "setup_$i"; fi
  (
    trap - HUP INT QUIT TERM USR1 USR2 PIPE
    exec {SF_BUS}>&- {SF_CHECKS}>&-
    if [[ $SF_LOCALE ]]; then LC_ALL=$SF_LOCALE; else unset -v LC_ALL; fi
    sf_local_become "$@"
  ) </dev/null >/dev/null 2>&1
  status=$?
  SF_DETAIL="exit status $status"
  return "$status"
}
