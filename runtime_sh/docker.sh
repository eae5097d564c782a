# shellcheck shell=bash
# docker: tasks that run in a container of this host's Docker engine. Containers are found by their labels, whatever they are
# called. A keeper in the container ends the task when the docker command here is gone.
# requires: keeper schedule timer local docker_mounts

sf_docker_launch() { # <task index> <its directory> <attempt>: becomes docker; from SF_COMMAND, SF_IMAGE, SF_ENV, SF_BUILTINS
  local name=sflow-$SF_RUN_ID-${SF_TASK[$1]}-$3 words
  exec {SF_BUS}>&- {SF_GROUPS}>&-
  words=("${SF_COMMAND[@]:0:2}" --name "${name//[^A-Za-z0-9_.-]/_}" -i)
  words+=(--label "sflow.run=$SF_RUN_ID" --label "sflow.task=$SF_RUN_ID/${SF_TASK[$1]}")
  sf_docker_variables
  sf_docker_mounts "$2"
  sf_keeper_start
  words+=("${SF_NAMES[@]}" "${SF_MOUNTS[@]}" "${SF_COMMAND[@]:2}" "$SF_IMAGE" bash -c "$SF_KEEPER")
  sf_keeper_launch "$@" '' sf_docker_become "${words[@]}"
}

sf_docker_become() { # <word>...: becomes docker, which has the variables that it passes on
  SF_ENV=(${SF_PASSED[@]+"${SF_PASSED[@]}"}) SF_BUILTINS=()
  sf_local_become "$@"
}

sf_docker_variables() { # -> SF_PASSED: variables for docker to pass on; SF_NAMES: the options that make it do so
  local assignment name
  local -A given=()
  SF_PASSED=() SF_NAMES=()
  for assignment in ${SF_ENV[@]+"${SF_ENV[@]}"} ${SF_BUILTINS[@]+"${SF_BUILTINS[@]}"}; do
    name=${assignment%%=*}
    case $name in # these would change what docker itself does: the keeper alone sets them
      DOCKER_* | BUILDKIT_* | *_PROXY | *_proxy | PATH | HOME | TMPDIR | XDG_* | LD_* | SSL_CERT_* | SSH_* | GO* | OTEL_*) continue ;;
    esac
    SF_PASSED+=("$assignment")
    [[ ${given[$name]-} ]] || SF_NAMES+=(-e "$name")
    given[$name]=1
  done
}

sf_docker_signal() { # <signal> <task index>...
  local i
  sf_keeper_tell "$@"
  [[ $1 == KILL ]] || return 0
  for i in "${@:2}"; do sf_docker_remove "sflow.task=$SF_RUN_ID/${SF_TASK[i]}" & done
}

sf_docker_remove() { # <label>: containers that have it, running or not
  local found
  mapfile -t found < <(timeout 20 docker ps -aq --filter "label=$1")
  ((! ${#found[@]})) || timeout 20 docker rm -f "${found[@]}"
} >/dev/null 2>&1

sf_docker_killed() { # <task index>: docker ends with its container; an image that is still pulled, or a dead engine, without it
  sf_timer_set "docker:$1" 300
}

sf_timer_due_docker() { # <task index>
  [[ ${SF_PID[$1]-} ]] || return 0
  sf_local_signal KILL "$1"
  sf_docker_remove "sflow.task=$SF_RUN_ID/${SF_TASK[$1]}" &
  sf_local_killed "$1"
}

sf_docker_signal_run() { # <signal>: to every container of this run; TERM they have from the docker commands
  [[ $1 != KILL ]] || sf_docker_remove "sflow.run=$SF_RUN_ID"
}

sf_docker_why() { # <task index> <exit status> -> why of the caller: when it was docker that failed, not the task
  local line
  (($2 >= 125 && $2 <= 127)) || return 0
  while IFS= read -r line; do
    if [[ $line == 'docker: '* ]]; then why=${line%.}; fi
  done < <(tail -n 5 "$SF_RUN/${SF_TASK[$1]}/${SF_TASK[$1]}.log" 2>/dev/null)
}

sf_docker_check() { # can the engine be reached?
  local said
  said=$(timeout 20 docker version --format '{{.Server.Version}}' 2>&1) && return
  said=${said##*$'\n'}
  SF_MISSING+=("docker: the engine does not answer: ${said:-nothing was said within 20 s}")
}
