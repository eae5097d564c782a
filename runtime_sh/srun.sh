# shellcheck shell=bash
# srun: tasks that run as steps of a Slurm job. A step is stopped by its own number: a signal to the local srun does not reach
# into containers, and the job itself is never cancelled, for that would make a good job a cancelled one.
# requires: schedule local timer guard srun_over step

sf_srun_launch() { # <task index> <its directory> <attempt>: becomes srun; from SF_COMMAND, SF_ENV, SF_BUILTINS
  local name=${SF_TASK[$1]}
  exec {SF_BUS}>&- {SF_GROUPS}>&-
  if [[ -e $2/step ]]; then rm -f -- "$2/step"; fi
  [[ ! ${SF_SRUN_WAIT-} ]] || sf_srun_await
  (
    umask 077 # the variables may hold secrets
    sf_srun_step "$2" "$name" "$3" "${SF_COMPONENT[$1]-}" >"$2/step.sh"
  )
  # The variables are set inside the step: srun reads SLURM_* in its own environment as options.
  exec "${SF_COMMAND[@]}" "$2/step.sh"
}

sf_srun_step() { # <task's directory> <task> <attempt> [<component>]: what a process of the step runs
  # shellcheck disable=SC2016 # for the step to expand
  local assignment job='$SLURM_JOB_ID'
  if [[ ${4-} ]]; then # in every component SLURM_JOB_ID is the first one's, under which scancel does not find the step
    job=SLURM_JOB_ID_HET_GROUP_$4
    job=${!job}
  fi
  printf '#!/usr/bin/env bash\n# A process of the step of task %s.\n' "$2"
  # shellcheck disable=SC2016 # for the step to expand
  printf '[ "${SLURM_PROCID:-0}" != 0 ] || echo "%s.$SLURM_STEP_ID" >%q/step\n' "$job" "$1"
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"} "${SF_BUILTINS[@]}"; do
    printf 'export %s=%q\n' "${assignment%%=*}" "${assignment#*=}"
  done
  declare -f sf_step_main sf_step_sweep
  # shellcheck disable=SC2016 # likewise
  printf 'sf_step_main %q %q."${SLURM_PROCID:-0}"\n' "$1/$2.sh" "$SF_RUN_ID $2 $3"
}

sf_srun_hold() { # <task index> <attempt> <exit status>: of a job that Slurm ends, steps may end before this script hears of it
  if [[ ${SF_HELD[$1]-} ]]; then
    unset -v "SF_HELD[$1]"
    return 1
  fi
  if [[ ${SF_STOPPING-} || ${SF_VERDICT[$1]-} ]] || { (($3 == 0)) && [[ ${SF_STATE[$1]} != READY ]]; }; then return 1; fi
  SF_HELD[$1]="$2 $3 $SF_NOW"
  sf_timer_set "held:$1" 50
}

sf_timer_due_held() { # <task index>
  local attempt status since
  read -r attempt status since <<<"${SF_HELD[$1]}"
  SF_SINCE[$1]=$((SF_SINCE[$1] + SF_NOW - since)) # the wait is none of the task's time
  sf_schedule_exit "$1" "$attempt" "$status"
}

sf_srun_signal() { # <signal> <task index>...: to all processes of the steps; not waited for
  local signal=$1 i step steps=()
  shift
  for i; do
    if read -r step 2>/dev/null <"$SF_RUN/${SF_TASK[i]}/step"; then
      steps+=("$step")
    else
      sf_local_signal "$signal" "$i" # the step has not begun: its srun is all there is
    fi
  done
  ((! ${#steps[@]})) || scancel --signal="$signal" "${steps[@]}" >/dev/null 2>&1 &
}

sf_srun_hurry() { # Slurm ends the job: it kills all that is left of it some time after TERM; what is to be done has to be done before
  local line
  local -i left
  SF_SRUN_REAP=0
  while read -r line; do
    [[ $line =~ ^KillWait\ *=\ *([0-9]+) ]] || continue
    left=$((BASH_REMATCH[1] * 100 - 200)) # the script is to write down the end, too
    if ((left < SF_GRACE)); then SF_GRACE=$((left > 100 ? left : 100)); fi
  done < <(timeout 2 scontrol show config 2>/dev/null)
}

sf_srun_killed() { # <task index>: its srun lives on to reap the step, but not for ever; not at all where Slurm itself ends the step
  sf_timer_set "srun:$1" "${SF_SRUN_REAP:-500}"
}

sf_timer_due_srun() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  sf_local_signal KILL "$1"
  sf_local_killed "$1"
}

sf_srun_signal_run() { # <signal>: to every step that this run has had; those that are over do not mind. Not waited for: scancel tries
  # for seconds where the job is ending already
  local file step steps=()
  for file in "$SF_RUN"/*/step; do
    if read -r step 2>/dev/null <"$file"; then steps+=("$step"); fi
  done
  ((! ${#steps[@]})) || scancel --signal="$1" "${steps[@]}" >/dev/null 2>&1 &
}
