# shellcheck shell=bash
# srun_over: what a runner does when an srun has ended that may not have told the whole story: its step lives on, or never began.
# requires: task

sf_srun_over() { # <task index> <its directory> <attempt>: of SF_CHILD_STATUS
  local step
  local -i tries
  for ((tries = 0; tries < 30; tries++)); do
    sf_srun_refused "$2/${SF_TASK[$1]}.log" "$2/step" || break
    [[ $tries != 0 ]] || printf 'away %s %s\n' "$1" "$3" >&"$SF_BUS"
    printf -- '-%s %s\n' "$SF_CHILD" "$1" >&"$SF_GROUPS"
    SF_SRUN_WAIT=1
    sf_task_run "$@"
  done
  # An srun that was killed leaves its step behind, which would disturb the next attempt.
  if ((SF_CHILD_STATUS == 137)) && read -r step <"$2/step"; then timeout 10 scancel --signal=KILL "$step" >/dev/null; fi
}

sf_srun_refused() { # <log> <file of the step>: did srun get no step because Slurm's controller was not there, or had just begun?
  local said
  if ((SF_CHILD_STATUS != 1)) || [[ -e $2 ]]; then return 1; fi
  said=$(tail -c 4096 -- "$1" | grep -a '^srun: error: ')
  case ${said##*$'\n'} in
    *'Unable to contact slurm controller'* | *'Socket timed out'* | *'Zero Bytes were transmitted'*) ;;
    *'Communication connection failure'* | *'step for job '*': Memory required by task is not available') ;;
    *) return 1 ;;
  esac
}

sf_srun_await() { # until the controller answers; in the process group of the task, which may be signalled meanwhile
  sleep 1
  until timeout 20 scontrol ping 2>/dev/null | grep -q ' is UP'; do sleep 2; done
}

sf_schedule_away() { # <task index> <attempt>: from its runner
  sf_console_say "${SF_TASK[$1]}: Slurm does not take its step now; waiting for that"
}
