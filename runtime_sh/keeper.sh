# shellcheck shell=bash
# keeper: the other side of a task that runs on another host or in a container. It gets the task's script and variables on its
# standard input, runs the task in a process group of its own, and ends it when it is told to, or when it hears nothing more.
# requires: runner

sf_keeper_launch() { # <task index> <its directory> <attempt> <patience> <function or exec> <word>...: it becomes a command that starts the keeper
  local pipe=$2/.keeper fd
  rm -f -- "$pipe" "$pipe.new"
  mkfifo -m 600 -- "$pipe.new" || exit 126
  exec <>"$pipe.new" # the command is the only one that holds it open: the keeper's input ends when the command does
  exec {fd}>"$pipe.new"
  {
    exec >&"$fd" {fd}>&- </dev/null
    # Words to the keeper must not land in the midst of this: the pipe has its name when all of this is written.
    sf_keeper_payload "${@:1:4}" && mv -f -- "$pipe.new" "$pipe"
  } 2>/dev/null &
  exec {fd}>&-
  "${@:5}"
}

sf_keeper_payload() { # <task index> <its directory> <attempt> <patience>: what the keeper evaluates, as bytes of ASCII
  # shellcheck disable=SC2016 # for the other side to expand; the script's first line stays the first
  local LC_ALL=C assignment text='[[ $0 != /dev/fd/* ]] || eval "exec ${0##*/}<&-"; '
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"} ${SF_BUILTINS[@]+"${SF_BUILTINS[@]}"}; do
    printf -v text '%sexport %s=%q; ' "$text" "${assignment%%=*}" "${assignment#*=}"
  done
  declare -f sf_keeper_main sf_keeper_listen sf_keeper_sweep sf_runner_wait
  printf 'sf_keeper_main %q %q %q %q\0' "$SF_RUN_ID ${SF_TASK[$1]} $3 ." "$((SF_GRACE / 100))" "$4" "$text$SF_TEXT"
}

sf_keeper_start() { # -> SF_KEEPER: the command of a shell that becomes the keeper; any login shell understands it
  # shellcheck disable=SC2016 # for the other side to expand
  SF_KEEPER='IFS= read -r -d "" keeper && eval "$keeper"'
}

sf_keeper_tell() { # <word> <task index>...: a signal for the tasks; a task whose keeper has not begun loses its command instead
  local word=$1 i
  shift
  for i; do
    if [[ -p $SF_RUN/${SF_TASK[i]}/.keeper ]]; then
      printf '%s\n' "$word" 1<>"$SF_RUN/${SF_TASK[i]}/.keeper"
    elif [[ $word ]]; then
      sf_pool_signal "$word" "$i"
    fi
  done
}

sf_keeper_main() { # <mark> <seconds of grace> <patience> <script>: on the other side; the task's exit status is its own
  local listener told=''
  trap 'told=1' HUP INT TERM
  exec 3<&0 </dev/null
  set -m
  SFLOW_KEPT_BY=$1 "$BASH" -l <(exec 3<&- && printf '%s' "$4") 3<&- 2>&1 & # one log, in order
  SF_CHILD=$!
  exec 2>/dev/null
  sf_keeper_listen "${@:2:2}" >/dev/null &
  listener=$!
  set +m
  trap 'kill -s TERM -- "-$SF_CHILD"' HUP INT TERM
  [[ ! $told ]] || kill -s TERM -- "-$SF_CHILD"
  sf_runner_wait
  kill -s KILL -- "-$SF_CHILD" "-$listener" # what the task left behind would hold this connection open
  sf_keeper_sweep "$1"
  return "$SF_CHILD_STATUS"
}

sf_keeper_listen() { # <seconds of grace> <patience>: signals for the task, a line each; empty lines are signs of life
  local word
  # shellcheck disable=SC2086 # two words or none
  while IFS= read -r ${2:+-t $2} word <&3; do
    [[ ! $word ]] || kill -s "$word" -- "-$SF_CHILD"
  done
  kill -s TERM -- "-$SF_CHILD" # nobody is there any more
  sleep "$1"
  kill -s KILL -- "-$SF_CHILD"
}

sf_keeper_sweep() { # <mark>: ends what left its process group
  local file
  while IFS= read -r file; do
    file=${file%/environ}
    kill -s KILL "${file#/proc/}"
  done < <(grep -laF -- "SFLOW_KEPT_BY=$1" /proc/[0-9]*/environ)
}
