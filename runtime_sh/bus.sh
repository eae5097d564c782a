# shellcheck shell=bash
# bus: pipes on which many write lines and one reads them.
# requires:

sf_bus_open() { # <variable>: a pipe that is open at both ends; -> its descriptor; status 1 when there is none left
  local fd
  { exec {fd}<> <(:); } 2>/dev/null || return 1
  printf -v "$1" '%d' "$fd"
}

sf_bus_read() { # <descriptor> <seconds> -> SF_WORDS: the words of the next line; status 1 when none came in time
  local line
  if IFS= read -r -t "$2" -u "$1" line; then
    line=$SF_PARTIAL$line
    SF_PARTIAL=''
    set -f # the words are data
    # shellcheck disable=SC2206 # words
    SF_WORDS=($line)
    set +f
    return 0
  fi
  SF_PARTIAL+=$line # the time can be over in the middle of a line: what was read of it counts
  return 1
}
