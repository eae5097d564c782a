# shellcheck shell=bash
# probe_file: is there something at a path, seen from the host of this script?
# requires:

sf_probe_file() { # <path>
  SF_DETAIL='the file is there'
  if [[ ! -e $1 ]]; then
    SF_DETAIL='the file is not there'
    return 1
  fi
}
