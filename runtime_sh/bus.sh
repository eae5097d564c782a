# shellcheck shell=bash
# bus: pipes on which many write lines and one reads them. A line is shorter than what the kernel writes in one piece (4,096 bytes).
# requires:

sf_bus_open() { # <variable>: a pipe that is open at both ends; -> its descriptor; status 1 when there is none left
  local fd
  { exec {fd}<> <(:); } 2>/dev/null || return 1
  printf -v "$1" '%d' "$fd"
}

sf_bus_read() { # <descriptor> <seconds> -> SF_WORDS: the words of the next line; status 1 when none came in time
  local first line=''
  IFS= read -r -t "$2" -N 1 -u "$1" first
  [[ $first ]] || return 1 # not by its status: the time can be over when the byte has been read
  # Whoever writes a line writes it whole, in one piece: after its first byte no time-out is needed, which costs four system calls a byte.
  [[ $first == $'\n' ]] || IFS= read -r -u "$1" line
  set -f # the words are data
  # shellcheck disable=SC2206 # words
  SF_WORDS=($first$line)
  set +f
}
