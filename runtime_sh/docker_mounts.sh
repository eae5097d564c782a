# shellcheck shell=bash
# docker_mounts: what every container of a task sees of this host, under the same paths: workspace, output, run and task
# directories, and the artifacts.
# requires:

sf_docker_mounts() { # <task's directory> -> SF_MOUNTS: options of docker, for what the user's own do not mount already
  local path taken=$'\n' places=("$SF_WORKSPACE" "$SF_OUTPUT" "$SF_RUN" "$1")
  SF_MOUNTS=()
  if declare -F workflow_mounts >/dev/null; then
    workflow_mounts # -> SF_PLACES: of the artifacts
    places=("${SF_PLACES[@]}" "${places[@]}")
  fi
  sf_docker_taken "${SF_COMMAND[@]}"
  for path in "${places[@]}"; do
    [[ $path != / && -e $path && $taken != *$'\n'"$path"$'\n'* ]] || continue
    taken+=$path$'\n'
    sf_docker_field "source=$path"
    sf_docker_field "target=$path" "type=bind,$SF_FIELD"
    SF_MOUNTS+=(--mount "$SF_FIELD")
  done
}

sf_docker_field() { # <field> [<fields before it>] -> SF_FIELD: a record of comma-separated values, as --mount reads them
  local field=$1
  if [[ $field == *[\",$'\n']* ]]; then field="\"${field//\"/\"\"}\""; fi
  SF_FIELD=${2:+$2,}$field
}

sf_docker_taken() { # <word>... -> taken of the caller: the targets of all mounts among a command's words, a line each
  local word option='' target
  for word; do
    word=$option$word
    option=''
    case $word in
      -v | --volume | --tmpfs | --mount) option=$word= ;;
      --mount=*)
        word=,${word#*=},
        for target in target dst destination; do
          [[ $word != *,"$target="* ]] || sf_docker_take "${word#*,"$target="}" ,
        done
        ;;
      -v* | --volume=*)
        word=${word#-v} && word=${word#--volume} && word=${word#=}
        sf_docker_take "${word#*:}" :
        ;;
      --tmpfs=*) sf_docker_take "${word#*=}" : ;;
    esac
  done
}

sf_docker_take() { # <target, with what follows> <what parts them>
  local target=${1%%"$2"*}
  [[ $target == / ]] || target=${target%/}
  taken+=$target$'\n'
}
