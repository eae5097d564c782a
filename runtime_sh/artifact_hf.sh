# shellcheck shell=bash
# artifact_hf: a repository of the Hugging Face hub, or a file of it, in the hub's own cache. By its own command where that is
# installed, else by curl. The cache holds models--ORG--REPO/{refs/REVISION,snapshots/COMMIT/FILE -> blobs/HASH}.
# requires: download hub

sf_artifact_hf_check() { # <model|dataset> <repository> <revision> <file> <sha256>: can it be had here?
  local command
  sf_artifact_hf_place "$1" "$2"
  if sf_artifact_hf_cached "$3" "$4"; then return 0; fi
  if sf_artifact_hf_true "${HF_HUB_OFFLINE-}"; then
    SF_MISSING+=("artifact ${SF_FETCH[2 * SF_AT]}: HF_HUB_OFFLINE is set, and $SF_HUB has no $2 at $3${4:+ with $4}")
    return
  fi
  for command in hf huggingface-cli curl; do
    if command -v "$command" >/dev/null; then return 0; fi
  done
  SF_MISSING+=("artifact ${SF_FETCH[2 * SF_AT]} must be downloaded: command not found: hf, huggingface-cli or curl")
}

sf_artifact_hf_get() { # <model|dataset> <repository> <revision> <file> <sha256>
  sf_artifact_hf_place "$1" "$2"
  if sf_artifact_hf_true "${HF_HUB_OFFLINE-}"; then
    SF_WHY_NOT="HF_HUB_OFFLINE is set, and $SF_HUB does not have it"
    sf_artifact_hf_cached "$3" "$4" || return
  elif [[ ! -d $SF_REPO || -w $SF_REPO ]] || ! sf_artifact_hf_cached "$3" "$4"; then # else: somebody keeps it for all
    sf_artifact_hf_load "$@" || return
  fi
  if [[ $5 ]]; then sf_download_sum "$SF_FOUND" "$5" || return; fi
  printf '%s' "$SF_FOUND" >"$SF_RUN/.artifact.$SF_AT"
}

sf_artifact_hf_load() { # as sf_artifact_hf_get: asks the hub; what is cached stays where it is
  local with=''
  if ! mkdir -p -- "$SF_HUB/.locks/${SF_REPO##*/}"; then
    SF_WHY_NOT="cannot write $SF_HUB"
    return 1
  fi
  sf_download_lock "$SF_HUB/.locks/${SF_REPO##*/}/sflow.lock" || return
  for with in hf huggingface-cli curl; do
    if command -v "$with" >/dev/null; then break; fi
  done
  sf_download_say "downloading ${SF_FETCH[2 * SF_AT + 1]} with $with"
  SF_PART=$SF_HUB/.locks/${SF_REPO##*/}/${HOSTNAME//[!A-Za-z0-9.-]/_}.$BASHPID
  if [[ $with != curl ]]; then
    sf_artifact_hf_command "$with" "$@" || return
  elif ! sf_hub_load "$1" "$2" "$3" "$4"; then
    if [[ ! $SF_AGAIN ]] || ! sf_artifact_hf_cached "$3" "$4"; then return 1; fi
    sf_download_say "$SF_WHY_NOT: what is cached is used"
  fi
  SF_WHY_NOT="$with is done, but $SF_HUB does not have it"
  sf_artifact_hf_cached "$3" "$4" || return
  SF_LOADED="commit ${SF_COMMIT:0:12}"
}

sf_artifact_hf_command() { # <hf|huggingface-cli> <model|dataset> <repository> <revision> <file> ...
  local line last='' error=''
  export HF_HUB_DISABLE_PROGRESS_BARS=1 NO_COLOR=1
  if sf_download_watch '' "$1" download --repo-type "$2" --revision "$4" "$3" ${5:+"$5"} 2>"$SF_PART.log"; then return 0; fi
  while IFS= read -r line; do
    line=${line//[[:cntrl:]]/ }
    if [[ $line == *[![:space:]]* ]]; then last=$line; fi
    if [[ $line == *[Ee]rror:* ]]; then error=$line; fi # hints come after it
  done <"$SF_PART.log"
  line=${error:-${last:-exit status other than 0}}
  SF_WHY_NOT="$1 says: ${line:0:300}"
  return 1
}

sf_artifact_hf_place() { # <model|dataset> <repository> -> SF_HUB: the cache; SF_REPO: what it has of the repository
  local entry home
  workflow_environment # the workflow's variables count for its tasks, so they count here
  for entry in ${SF_ENV[@]+"${SF_ENV[@]}"}; do
    if [[ $entry == @(HF_|HUGGING_FACE_|HUGGINGFACE_|XDG_CACHE_HOME=)* ]]; then export "${entry?}"; fi
  done
  home=${HF_HOME:-${XDG_CACHE_HOME:-${HOME-}/.cache}/huggingface}
  SF_HUB=${HF_HUB_CACHE:-${HUGGINGFACE_HUB_CACHE:-$home/hub}}
  if [[ $SF_HUB == [~]/* ]]; then SF_HUB=${HOME-}/${SF_HUB#??}; fi
  SF_HUB=${SF_HUB%/}
  if [[ $SF_HUB != /* ]]; then SF_HUB=$PWD/$SF_HUB; fi
  SF_REPO=$SF_HUB/${1}s--${2//\//--}
}

sf_artifact_hf_cached() { # <revision> <file> -> SF_FOUND: the snapshot, or the file in it; SF_COMMIT; status 1 when it is not whole
  SF_COMMIT=''
  if [[ -f $SF_REPO/refs/$1 ]]; then SF_COMMIT=$(<"$SF_REPO/refs/$1"); elif [[ $1 =~ ^[0-9a-f]{40}$ ]]; then SF_COMMIT=$1; fi
  SF_FOUND=$SF_REPO/snapshots/$SF_COMMIT${2:+/$2}
  [[ $SF_COMMIT =~ ^[0-9a-f]{40}$ && -e $SF_FOUND && ! $(find -L "$SF_FOUND" -type l 2>/dev/null) ]]
}

sf_artifact_hf_true() { # <value of a variable>: does the hub's library take it for true?
  [[ $1 == 1 || $1 == @([Oo][Nn]|[Yy][Ee][Ss]|[Tt][Rr][Uu][Ee]) ]]
}
