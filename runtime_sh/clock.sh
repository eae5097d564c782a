# shellcheck shell=bash
# clock: what time it is. Limits are measured since boot, so that setting the clock moves none of them.
# requires:

sf_clock_now() { # -> SF_NOW: centiseconds since boot; the kernel is asked again when the other clock has gone on by a tenth of a second
  SF_NOW=$((SF_CLOCK_ZERO + 10#0${EPOCHREALTIME/[.,]/} / 10000))
  if ((SF_NOW < SF_CLOCK_ASKED || SF_NOW > SF_CLOCK_ASKED + 10)) || [[ ! ${EPOCHREALTIME-} ]]; then sf_clock_ask; fi
}

sf_clock_ask() { # -> SF_NOW, from the kernel; SF_CLOCK_ASKED: when that was; SF_CLOCK_ZERO: what to add to the time of day until then
  local uptime
  read -r uptime _ </proc/uptime
  SF_NOW=$((10#${uptime/./}))
  SF_CLOCK_ASKED=$SF_NOW
  SF_CLOCK_ZERO=$((SF_NOW - 10#0${EPOCHREALTIME/[.,]/} / 10000))
}

sf_clock_tick() { # -> SF_NOW, SF_STAMP, of one moment: once for everything that one event brings about
  SF_STAMP=${EPOCHREALTIME-}
  if [[ ! $SF_STAMP ]]; then sf_clock_tick_old && return; fi
  SF_NOW=$((SF_CLOCK_ZERO + 10#0${SF_STAMP/[.,]/} / 10000))
  if ((SF_NOW < SF_CLOCK_ASKED || SF_NOW > SF_CLOCK_ASKED + 10)); then sf_clock_ask; fi
  SF_STAMP=${SF_STAMP/,/.}
  SF_STAMP=${SF_STAMP%???}
}

sf_clock_tick_old() { # as sf_clock_tick, by a bash before 5.0
  sf_clock_now
  sf_clock_stamp
}

sf_clock_stamp() { # -> SF_STAMP: seconds since the epoch, with milliseconds from bash 5 on
  if [[ ${EPOCHREALTIME-} ]]; then
    SF_STAMP=${EPOCHREALTIME/,/.}
    SF_STAMP=${SF_STAMP%???}
  else
    printf -v SF_STAMP '%(%s)T' -1
  fi
}

sf_clock_parse() { # <seconds, maybe with a fraction> <variable>: the same in centiseconds
  local whole=${1%%.*} fraction=00
  [[ $1 != *.* ]] || fraction=${1#*.}00
  printf -v "$2" '%d' "$((10#${whole:-0} * 100 + 10#${fraction:0:2}))"
}

sf_clock_format() { # <centiseconds> <variable>: such as 0.42 s, 12.3 s, 4 min 05 s, 2 h 03 min
  if (($1 >= 1000)); then
    sf_clock_format_long "$@"
  else
    printf -v "$2" '%d.%02d s' "$(($1 > 0 ? $1 / 100 : 0))" "$(($1 > 0 ? $1 % 100 : 0))" # below 0 when the clock was set
  fi
}

sf_clock_format_long() { # as sf_clock_format: ten seconds and more
  local -i cs=$1 s=$1/100
  if ((s < 60)); then
    printf -v "$2" '%d.%d s' "$s" "$((cs % 100 / 10))"
  elif ((s < 3600)); then
    printf -v "$2" '%d min %02d s' "$((s / 60))" "$((s % 60))"
  else
    printf -v "$2" '%d h %02d min' "$((s / 3600))" "$((s % 3600 / 60))"
  fi
}
