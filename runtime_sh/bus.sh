# shellcheck shell=bash
# bus: pipes on which many write lines and one reads them. A line is shorter than what the kernel writes in one piece (4,096 bytes).
# requires:

sf_bus_open() { # <variable>: a pipe that is open at both ends; -> its descriptor; status 1 when there is none left
  local fd
  { exec {fd}<> <(:); } 2>/dev/null || return 1
  printf -v "$1" '%d' "$fd"
}

sf_bus_read() { # <descriptor> <seconds> -> SF_WORDS: the words of the next line; status 1 when none came in time
  local first='' rest
  # When the time is over just as the end of a line comes, `read` of bash 5.2 takes the line and says that there was none. So it waits for one
  # byte, which it hands over in any case, and so it does with the others. They are there: a line is written in one piece.
  IFS= read -r -N 1 -t "$2" -u "$1" first
  [[ $first && $first != $'\n' ]] || return 1
  IFS= read -r -t 5 -u "$1" rest
  set -f # the words are data
  # shellcheck disable=SC2206 # words
  SF_WORDS=($first$rest)
  set +f
}
