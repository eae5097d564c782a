# shellcheck shell=bash
# artifact: files whose content stands in the workflow, written when the run starts.
# requires: document console

sf_artifact_write() { # <index> <path>: in one step, so that no task sees half of it
  local part=$2.part.$$
  sf_document_text "artifact_content:$1"
  if [[ ! -d $2 ]]; then # into which mv would put it
    SF_TEXT=${SF_TEXT%$'\n'} && mkdir -p -- "${2%/*}" && sf_document_put "$part" && mv -f -- "$part" "$2" && return
    rm -f -- "$part"
  fi 2>/dev/null
  sf_run_fail FAILED 78 "cannot write the artifact $2"
  return 1
}
