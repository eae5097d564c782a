# shellcheck shell=bash
# prober_verdict: what checks have found, taken together: a task is ready, or unhealthy, or there is news that decides nothing yet.
# requires:

sf_prober_weigh() { # <probe> <status of a check> <what it found>
  local -i p=$1 good=0
  local role=${SF_PROBE_ROLE[p]% *}
  local -a times
  # shellcheck disable=SC2206 # numbers
  times=(${SF_PROBE_TIMES[p]})
  if (($2 == 0)); then good=1; fi
  if [[ $role == failure ]]; then sf_prober_invert "$p" "${SF_PROBE_ROLE[p]#* }"; fi
  SF_CHECK_ROW[p]=$((good ? SF_CHECK_ROW[p] + 1 : 0))
  if [[ $role == readiness ]] && ((SF_CHECK_ROW[p] >= times[3])); then
    sf_prober_tell ready "$p" "$3"
  elif [[ $role == failure ]] && ((SF_CHECK_ROW[p] >= times[4])); then
    sf_prober_tell unhealthy "$p" "$3"
  elif [[ ${SF_CHECK_SAID[p]} != "$3" && ($role == readiness || $good == 1) ]]; then
    SF_CHECK_SAID[p]=$3
    printf 'found %s %s %s %s\n' "${SF_PROBE_TASK[p]}" "${SF_CHECK_ATTEMPT[p]}" "$role" "$3" >&"$SF_BUS"
  fi
}

sf_prober_invert() { # <probe> <kind>: good of the caller becomes "something is wrong". A pattern or a file that turns up is wrong
  # as it stands; an answer that fails is wrong only from a service that has answered before: until then it is starting.
  case $2 in
    log_watch | file) ;;
    *)
      if ((good)); then SF_CHECK_LIVE[$1]=1; fi
      good=$((! good && ${SF_CHECK_LIVE[$1]:-0}))
      ;;
  esac
}

sf_prober_tell() { # <word> <probe> <detail>: tells the scheduler, and checks no more
  printf '%s %s %s %s\n' "$1" "${SF_PROBE_TASK[$2]}" "${SF_CHECK_ATTEMPT[$2]}" "$3" >&"$SF_BUS"
  sf_prober_stop "$2"
}
