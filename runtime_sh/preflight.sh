# shellcheck shell=bash
# preflight: what can be known to go wrong before the first task starts.
# requires: console

sf_preflight_check() { # [run]: says everything that is missing; status 1 when something is
  local item
  SF_MISSING=()
  for item in ${SF_COMMANDS[@]+"${SF_COMMANDS[@]}"}; do
    command -v -- "$item" >/dev/null || SF_MISSING+=("command not found: $item")
  done
  if ((! ${#SF_MISSING[@]})); then
    workflow_nodes
    sf_preflight_launchers
  fi
  if ! { : 23</dev/null; } 2>/dev/null; then SF_MISSING+=("24 open files at least: ulimit -n is $(ulimit -n)"); fi
  sf_preflight_paths
  if declare -F sf_fetch_check >/dev/null; then sf_fetch_check; fi
  if ((${#SF_MISSING[@]})) || [[ ${1-} != run || ${SF_RESUME-} ]]; then sf_preflight_output; fi # else the run directory will tell
  ((! ${#SF_MISSING[@]})) && return 0
  sf_preflight_refuse "${SF_MISSING[@]}"
}

sf_preflight_refuse() { # <what is missing>...; status 1
  local item
  printf 'sflow: %s cannot run here:\n' "$SF_WORKFLOW" >&2
  for item; do
    sf_console_plain "$item"
    printf '  - %s\n' "$SF_PLAIN" >&2
  done
  return 1
}

sf_preflight_launchers() { # what runs tasks elsewhere can be reached
  local kind
  for kind in $SF_LAUNCHERS; do
    if declare -F "sf_${kind}_check" >/dev/null; then "sf_${kind}_check"; fi
  done
}

sf_preflight_paths() { # artifacts that must be there
  local -i p
  declare -F workflow_paths >/dev/null || return 0
  workflow_paths # -> SF_PATHS: artifact, path, artifact, path ...
  for ((p = 0; p < ${#SF_PATHS[@]}; p += 2)); do
    [[ -e ${SF_PATHS[p + 1]} ]] || SF_MISSING+=("artifact ${SF_PATHS[p]}: no such path: ${SF_PATHS[p + 1]}")
  done
}

sf_preflight_output() { # the output directory can be written; nothing of it is made, as another run may begin there now
  local stale there=$SF_OUTPUT probe=.sflow.${HOSTNAME//[!A-Za-z0-9._-]/_}.$BASHPID
  while [[ $there && ! -e $there ]]; do there=${there%/*}; done
  for stale in "$there/${probe%.*}".*; do # of a script that was killed just here
    [[ ! -d $stale || -e /proc/${stale##*.} ]] || rmdir -- "$stale" 2>/dev/null
  done
  if mkdir -- "$there/$probe" 2>/dev/null; then
    rmdir -- "$there/$probe"
  else
    SF_MISSING+=("output directory cannot be written: $SF_OUTPUT")
  fi
}
