# shellcheck shell=bash
# main: the commands of this script.
# requires: run select plan report verify preflight console help

sf_main() { # <argument>...
  local command=run tasks=() sets=()
  trap - EXIT # that of a script which is not whole
  if [[ ${1-} == guard ]] && declare -F sf_guard_serve >/dev/null; then
    sf_main_state
    sf_guard_serve "$2"
    return
  fi
  case ${1-} in
    run | plan | preflight | status | verify) command=$1 && shift ;;
    help | -h | --help) sf_help_print && return 0 ;;
  esac
  sf_console_streams
  sf_main_state
  sf_main_options "$@" # -> tasks, sets, SF_*
  sf_main_places
  if declare -F sf_slurm_requeued >/dev/null; then sf_slurm_requeued; fi
  sf_main_set ${sets[@]+"${sets[@]}"}
  sf_console_open
  case $command in
    run) sf_run_main ${tasks[@]+"${tasks[@]}"} ;;
    plan) sf_plan_print ;;
    preflight) sf_preflight_check && printf 'ready to run %s\n' "$SF_WORKFLOW" || exit 78 ;;
    status) sf_report_print "${SF_OPERAND-}" ;;
    verify) sf_verify_print ;;
  esac
}

sf_main_state() { # what the units keep about the run, by task, timer or probe
  declare -gA SF_TIMER=() SF_DOCUMENT=() SF_COLOUR_OF=()
  SF_TEXTS=() SF_ROW=() SF_QUOTED=() SF_STATE=() SF_WHY=() SF_ATTEMPT=() SF_STATUS=() SF_VERDICT=() SF_LEFT=()
  SF_RUNNER_PIPE=() SF_RUNNER_PID=() SF_RUNNER_IDLE=() SF_RUNNER_OF=() SF_RUNNER_NEW=0 SF_RUNNER_LAST=''
  SF_PID=() SF_SINCE=() SF_STARTED=() SF_FINISHED=() SF_ASKED=() SF_HELD=()
  # shellcheck disable=SC2034 # for probes and outputs, which not every workflow has
  SF_LOG_FROM=() SF_READER=() SF_READER_AFTER=() SF_READER_UNTIL=() SF_READERS=0
  # shellcheck disable=SC2034 # for --set, which not every workflow has
  SF_SET_ENV=() SF_SET_CHANGED=() SF_SET_JSON='' SF_SET_SHOWN=''
  SF_QUEUE=() SF_QUEUE_HEAD=0 SF_SAID='' SF_SHOWN='' SF_TIMER_NEXT=0 SF_SWEEP=200 SF_OPEN=0 SF_EVENTS_OWED=()
}

sf_main_options() { # <argument>...
  local option value
  while (($#)); do
    option=$1
    shift
    case $option in
      --*=*) value=${option#*=} option=${option%%=*} ;;
      --task | --set | --resume | --output-dir | --workspace-dir)
        (($#)) || sf_main_usage "$option needs a value"
        value=$1
        shift
        ;;
      *) value= ;;
    esac
    case $option in
      --task) tasks+=("$value") ;;
      --set) sets+=("$value") ;;
      --no-deps) SF_NO_DEPS=1 ;;
      --resume) SF_RESUME=$value ;;
      --output-dir) SF_OUTPUT=$value ;;
      --workspace-dir) SF_WORKSPACE=$value ;;
      --help | -h) sf_help_print && exit 0 ;;
      -*) sf_main_usage "unknown option $option" ;;
      *)
        [[ $command == status && ! ${SF_OPERAND-} ]] || sf_main_usage "unexpected argument $option"
        SF_OPERAND=$option
        ;;
    esac
  done
}

sf_main_places() { # the directories of the run, as absolute paths
  local place
  SF_WORKSPACE=${SF_WORKSPACE:-${SFLOW_WORKSPACE_DIR:-${SLURM_SUBMIT_DIR:-$PWD}}}
  if [[ ! ${SF_OUTPUT-} ]]; then
    SF_OUTPUT=${SF_OUTPUT_DEFAULT:-sflow_output}
    if [[ $SF_OUTPUT != /* ]]; then SF_OUTPUT=$SF_WORKSPACE/$SF_OUTPUT; fi
  fi
  for place in SF_WORKSPACE SF_OUTPUT SF_RESUME SF_SELF; do
    if [[ ${!place-} && ${!place} != /* ]]; then printf -v "$place" '%s/%s' "$PWD" "${!place}"; fi
  done
  if [[ ! -f $SF_SELF ]]; then
    printf 'sflow: this script reads its own text: run it from a file, not from a pipe\n' >&2
    exit 64
  fi
  if [[ ${SF_RESUME-} ]]; then
    SF_RESUME=${SF_RESUME%/}
    [[ -d $SF_RESUME ]] || sf_main_usage "--resume: no such run directory: $SF_RESUME"
    sf_directory_known "$SF_RESUME" || sf_main_usage "--resume: $SF_RESUME is not the directory of a run"
  fi
}

sf_main_set() { # [<NAME=VALUE>]...
  if declare -F sf_override_open >/dev/null; then
    sf_override_open "$@"
  elif (($#)); then
    sf_main_usage "--set ${1%%=*}: nothing in this script can be changed any more: build it again with that option"
  fi
}

sf_main_usage() { # <what is wrong>
  sf_console_plain "$1"
  printf 'sflow: %s (see %s --help)\n' "$SF_PLAIN" "${SF_SELF##*/}" >&2
  exit 64
}
