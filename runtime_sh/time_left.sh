# shellcheck shell=bash
# time_left: how long Slurm lets this job run on, and whether it is about to take its nodes away for another. Each question is asked
# for five seconds at most.
# requires:

sf_time_left() { # -> SF_SECONDS: by Slurm's own word, else by the limit that the job began with; status 1 when nobody knows
  local ends left
  local -i now
  printf -v now '%(%s)T' -1
  # Of a heterogeneous job a line for each component: the first to be over counts. Only the end knows of a preemption.
  while read -r ends left; do
    if [[ $ends =~ ^[0-9]+$ ]]; then left=$((ends > now ? ends - now : 0)); fi
    sf_time_parse "$left"
  done < <(SLURM_TIME_FORMAT=%s timeout 5 squeue -h -j "${SLURM_JOB_ID-}" -o '%e %L' 2>/dev/null)
  if [[ ! $SF_SECONDS && ${SLURM_JOB_END_TIME-} =~ ^[0-9]+$ ]]; then SF_SECONDS=$((SLURM_JOB_END_TIME - now)); fi
  [[ $SF_SECONDS ]]
}

sf_time_parse() { # <[days-][[hours:]minutes:]seconds> -> SF_SECONDS, unless that is less already
  local -i days=0 seconds=0
  local part rest=$1
  [[ $1 =~ ^([0-9]+-)?[0-9]+(:[0-9]+)*$ ]] || return 0
  if [[ $rest == *-* ]]; then
    days=$((10#${rest%%-*}))
    rest=${rest#*-}
  fi
  for part in ${rest//:/ }; do seconds=$((seconds * 60 + 10#$part)); done
  seconds=$((seconds + days * 86400))
  if [[ ! $SF_SECONDS ]] || ((seconds < SF_SECONDS)); then SF_SECONDS=$seconds; fi
}

sf_time_preempted() { # -> SF_SECONDS: of the grace; status 1 when Slurm does not take the nodes away
  local facts
  facts=" $(timeout 5 scontrol show job -o "${SLURM_JOB_ID-}" 2>/dev/null)"
  [[ $facts == *\ PreemptTime=[0-9]* || $facts == *\ JobState=PREEMPTED* ]] && sf_time_left
}
