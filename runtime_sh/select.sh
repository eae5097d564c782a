# shellcheck shell=bash
# select: what a resumed run need not do again, and what a run of chosen tasks leaves out.
# requires: event console retry

sf_select_tasks() { # [<task>...]: settles the state of every task that is not to run
  local -i i
  local -a wanted=()
  local -A completed=() # by fingerprint and name: a task that has changed since is another task
  local line
  if (($#)); then
    sf_select_chosen "$@" # -> wanted
    for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
      if [[ ! ${wanted[i]-} ]]; then sf_select_settle "$i" SKIPPED "not chosen"; fi
    done
  fi
  [[ ${SF_RESUME-} ]] || return 0
  if [[ -e $SF_RUN/completed.txt ]]; then
    while IFS= read -r line; do completed["$line"]=1; done <"$SF_RUN/completed.txt"
  fi
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    if [[ ! ${SF_STATE[i]-} && ${completed["${SF_FINGERPRINT[i]-} ${SF_TASK[i]}"]-} ]] &&
      { ! declare -F sf_outputs_recover >/dev/null || sf_outputs_recover "$i"; }; then
      sf_select_settle "$i" SKIPPED "completed in an earlier run"
    elif [[ -s $SF_RUN/${SF_TASK[i]}/${SF_TASK[i]}.log ]]; then
      sf_retry_rule "$i" 1
      [[ ! ${SF_OUTPUTS[i]-} ]] || rm -f -- "$SF_RUN/${SF_TASK[i]}/outputs.json" # of an attempt that was stopped
    fi
  done
  sf_select_services
  sf_select_forget
}

sf_select_forget() { # strikes out what is about to run again: while it does, neither what it was nor what it is has completed
  local -i i
  local line kept='' struck=''
  local -A again=()
  for ((i = 0; i < ${#SF_TASK[@]}; i++)); do
    [[ ${SF_STATE[i]-} ]] || again[${SF_TASK[i]}]=1
  done
  [[ -e $SF_RUN/completed.txt ]] || return 0
  while IFS= read -r line; do
    if [[ ${again[${line#* }]-} ]]; then struck=1; else kept+=$line$'\n'; fi
  done <"$SF_RUN/completed.txt"
  if [[ $struck ]]; then printf '%s' "$kept" >"$SF_RUN/completed.txt.new" && mv -f -- "$SF_RUN/completed.txt.new" "$SF_RUN/completed.txt"; fi
}

sf_select_check() { # [<name>]...: exits when there is no such task, before there is a run directory
  local -a wanted=()
  sf_select_chosen "$@"
}

sf_select_settle() { # <task index> <state> <reason>
  SF_STATE[$1]=$2
  SF_WHY[$1]=$3
  sf_event_state "$1" "$2" "$3"
}

sf_select_chosen() { # <name>...: the named tasks (a replicated task's own name means all its replicas) -> wanted of the caller
  local name i found queue=()
  for name; do
    found=
    for i in "${!SF_TASK[@]}"; do
      if [[ $name == "${SF_TASK[i]}" || $name == "${SF_BASE[i]-}" ]]; then queue+=("$i") found=1; fi
    done
    if [[ ! $found ]]; then
      printf 'sflow: no task is called %s; there are: %s\n' "$name" "${SF_TASK[*]}" >&2
      exit 64
    fi
  done
  while ((${#queue[@]})); do
    set -- "${queue[@]}"
    queue=()
    for i; do
      [[ ! ${wanted[i]-} ]] || continue
      wanted[i]=1
      # shellcheck disable=SC2206 # a list of indices
      [[ ${SF_NO_DEPS-} ]] || queue+=(${SF_AFTER[i]-})
    done
  done
}

sf_select_services() { # a service is started again only for a task that is left to do
  local -i i
  for ((i = ${#SF_TASK[@]} - 1; i >= 0; i--)); do
    if [[ ! ${SF_STATE[i]-} && ${SF_PROBES_OF[i]-} && ${SF_FEEDS[i]-} ]] && ! sf_select_left "$i"; then
      sf_select_settle "$i" SKIPPED "nothing that is left to do needs it"
    fi
  done
}

sf_select_left() { # <task index>: does a task that is left to do depend on it?
  local -A seen=()
  local i next queue=("$1")
  while ((${#queue[@]})); do
    set -- "${queue[@]}"
    queue=()
    for i; do
      for next in ${SF_FEEDS[i]-}; do
        [[ ! ${seen[$next]-} ]] || continue
        [[ ${SF_STATE[next]-} ]] || return 0
        seen[$next]=1
        queue+=("$next")
      done
    done
  done
  return 1
}
