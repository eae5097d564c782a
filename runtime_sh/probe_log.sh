# shellcheck shell=bash
# probe_log: how often does a pattern stand in the log of a task's current attempt? A check reads only what came since the
# one before; what follows the last newline is counted too, but read again next time, since it may not be complete.
# requires: probe_log_tail

sf_probe_log() { # <at least> <grep options, joined by commas> <pattern> <task index>...; SF_NOTE: task:offset:seen,...
  local task notes='' at
  local -a options
  local -i total=0 offset seen
  IFS=, read -r -a options <<<"$2"
  for task in "${@:4}"; do
    offset=${SF_CHECK_FROM[task]:-0} seen=0
    if [[ ,$SF_NOTE =~ ,$task:([0-9]+):([0-9]+) ]] && ((BASH_REMATCH[1] >= offset)); then
      offset=${BASH_REMATCH[1]} seen=${BASH_REMATCH[2]}
    fi
    if sf_probe_log_pass "$SF_RUN/${SF_TASK[task]}/${SF_TASK[task]}.log" "$3" "$task"; then
      total+=seen
    else
      sf_probe_log_read "$SF_RUN/${SF_TASK[task]}/${SF_TASK[task]}.log" "$3"
      sf_probe_log_open "$SF_RUN/${SF_TASK[task]}/${SF_TASK[task]}.log" "$task"
    fi
    notes+=,$task:$offset:$seen
  done
  SF_NOTE=${notes#,}
  SF_DETAIL="matches in the log: $total of $1"
  ((total >= $1))
}

sf_probe_log_read() { # <log> <pattern>: moves offset and seen of the caller on, and adds to total
  local last
  local -i end size upto rest=0
  end=$(wc -c 2>/dev/null <"$1") || end=0
  if ((end < offset)); then offset=0; fi # truncated, or another file under the same name
  while ((end > offset)); do
    upto=$((end - offset > 16777216 ? offset + 16777216 : end)) # a bit at a time: a grep holds a whole line in memory
    size=upto rest=0
    last=$(sf_probe_log_slice "$1" | tail -c 65536 | tail -n 1 | tr '\000' '\001' && printf x) 2>/dev/null
    last=${last%x}
    [[ $last != *$'\n' ]] || last=
    if [[ $last ]]; then rest=$(printf '%s' "$last" | sf_probe_log_count "$2"); fi
    size=$((size - ${#last}))
    seen+=$(sf_probe_log_slice "$1" | sf_probe_log_count "$2")
    offset=size
    ((upto < end)) || break
  done
  total+=$((seen + rest))
}

sf_probe_log_slice() { # <log>: its bytes from offset up to size, both the caller's
  tail -c "+$((offset + 1))" -- "$1" | head -c "$((size - offset))"
}

sf_probe_log_count() {                  # <pattern>: how many matches stand in standard input; several on one line count
  if [[ ${options[0]} == label ]]; then # the pattern has a ^, and srun --label writes "3: " before a line
    sed 's/^ *[0-9]*: //' | grep -ao "${options[@]:1}" -e "$1" | wc -l
  else
    grep -ao "${options[@]}" -e "$1" | wc -l
  fi
}
