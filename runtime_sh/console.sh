# shellcheck shell=bash
# console: the lines that a person reads, on the terminal (or the job's output file) and in sflow.log.
# requires: clock

sf_console_streams() { # one that is closed would be the next file that is opened
  [[ -e /proc/$$/fd/0 ]] || exec </dev/null
  [[ -e /proc/$$/fd/1 ]] || exec >/dev/null
  [[ -e /proc/$$/fd/2 ]] || exec 2>/dev/null
}

sf_console_open() { # colours on a terminal that wants them
  SF_COLOUR=()
  if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
    SF_COLOUR=([0]=$'\e[0m')
    SF_COLOUR_OF=([RUNNING]=$'\e[36m' [READY]=$'\e[32m' [COMPLETED]=$'\e[32m' [SKIPPED]=$'\e[90m'
      [FAILED]=$'\e[1;31m' [TIMEOUT]=$'\e[1;31m' [CANCELLED]=$'\e[33m' [RETRY]=$'\e[33m')
  fi
}

sf_console_note() { # <line> [<word whose colour it has>] -> SF_SAID, SF_SHOWN
  [[ ${SF_STAMP%.*} == "${SF_TIME_OF-}" ]] || sf_console_time
  SF_SAID+="$SF_TIME  $1"$'\n'
  if ((${#SF_COLOUR[@]})); then SF_SHOWN+="$SF_TIME  ${SF_COLOUR_OF[${2:-none}]-}$1${2:+${SF_COLOUR[0]}}"$'\n'; fi
}

sf_console_time() { # -> SF_TIME: of SF_STAMP, once a second
  SF_TIME_OF=${SF_STAMP%.*}
  printf -v SF_TIME '%(%H:%M:%S)T' "$SF_TIME_OF"
}

sf_console_write() { # shows what was noted, on the terminal and in sflow.log
  sf_console_print "${SF_SHOWN:-$SF_SAID}"
  [[ -z ${SF_LOG-} ]] || printf '%s' "$SF_SAID" >&"$SF_LOG" || :
  SF_SAID='' SF_SHOWN=''
}

sf_console_say() { # <text>: anything else worth a line, at once
  sf_clock_stamp
  sf_console_plain "$1"
  sf_console_note "$SF_PLAIN"
  sf_console_write
}

sf_console_print() { # <lines>: who reads may be gone
  { printf '%s' "$1" || :; } 2>/dev/null
}

sf_console_warn() { # <text>: something is wrong that does not end the run
  sf_console_plain "$1"
  printf 'sflow: %s\n' "$SF_PLAIN" >&2 || :
  sf_console_record WARNING "$SF_PLAIN"
}

sf_console_plain() { # <text> -> SF_PLAIN: the same as one line that cannot steer a terminal: no colours, controls as \xNN
  SF_PLAIN=$1
  if [[ $1 == *[[:cntrl:]]* || $1 == *$'\xc2'* ]]; then sf_console_tame "$1"; fi
}

sf_console_tame() { # as sf_console_plain: a text with controls
  # shellcheck disable=SC2034 # the locale of what follows
  local LC_ALL=C code text=${1%$'\r'}
  local -r colour=$'\e''\[[0-9;:]*m' control=$'[\x01-\x08\x0a-\x1f\x7f]|\xc2[\x80-\x9f]'
  text=${text##*$'\r'} # of a line that was written over, what stayed
  while [[ $text =~ $colour ]]; do text=${text//"${BASH_REMATCH[0]}"/}; done
  while [[ $text =~ $control ]]; do
    printf -v code '\\x%02x' "'${BASH_REMATCH[0]#$'\xc2'}"
    text=${text//"${BASH_REMATCH[0]}"/"\\${code: -3}"}
  done
  SF_PLAIN=$text
}

sf_console_record() { # <time> <text>: the line in sflow.log, once there is one
  [[ -z ${SF_LOG-} ]] || { printf '%s  %s\n' "$1" "$2" >&"$SF_LOG" || :; } 2>/dev/null
}
