# shellcheck shell=bash
# artifact: files whose content stands in the workflow, written when the run starts.
# requires: document console

sf_artifact_write() { # <index> <path>: in one step, so that no task sees half of it
  sf_document_text "artifact_content:$1"
  mkdir -p -- "${2%/*}" && printf '%s' "${SF_TEXT%$'\n'}" >"$2.part" && mv -f -- "$2.part" "$2" && return
  sf_console_warn "cannot write $2"
  return 1
}
