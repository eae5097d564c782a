# shellcheck shell=bash
# download: one download, in a process of its own: one at a time for one place on all hosts, in one step, watched.
# What failed is said in SF_WHY_NOT; SF_AGAIN is set when another try may help.
# requires: clock download_watch

sf_download_serve() { # <number>: runs in the background, leader of its process group
  local took since
  SF_AT=$1 SF_WHY_NOT='' SF_LOADED='' SF_PART='' SF_LOCK='' SF_BEAT='' SF_DOWNLOADER=$BASHPID
  trap sf_download_abort HUP INT QUIT TERM USR1 USR2
  trap sf_download_leave EXIT
  { printf '+%s\n' "$BASHPID" >&"$SF_GROUPS"; } 2>/dev/null # as long as it holds SF_LIFE the watchdog does not look there
  exec </dev/null >/dev/null 2>&1 {SF_LIFE}>&- {SF_GROUPS}>&- {SF_EVENTS}>&- {SF_LOG}>&-
  sf_clock_now
  since=$SF_NOW
  if ! "fetch_$1" get; then
    SF_WHY_NOT=${SF_WHY_NOT:-failed}
    printf 'fetched %s 1 %.600s\n' "$1" "${SF_WHY_NOT//$'\n'/ }" >&"$SF_BUS"
    return
  fi
  if [[ ! $SF_LOADED ]]; then
    printf 'fetched %s 0 cached\n' "$1" >&"$SF_BUS"
    return
  fi
  sf_clock_now
  sf_clock_format "$((SF_NOW - since))" took
  printf 'fetched %s 0 %s in %s\n' "$1" "$SF_LOADED" "$took" >&"$SF_BUS"
}

sf_download_abort() { # on the first of several signals: Slurm's and then the script's own, say
  trap '' HUP INT QUIT TERM USR1 USR2
  exit 143
}

sf_download_leave() { # leaves nothing behind
  # A child that is killed in its first moments, as the watch of a fast download is, runs its parent's trap too.
  [[ $SF_DOWNLOADER == "$BASHPID" ]] || return 0
  trap '' HUP INT QUIT TERM USR1 USR2
  if [[ $SF_BEAT ]]; then kill "$SF_BEAT" 2>/dev/null; fi
  if [[ $SF_PART ]]; then rm -f -- "$SF_PART" "$SF_PART.log" "$SF_PART.head"; fi
  if [[ $SF_LOCK ]]; then rmdir -- "$SF_LOCK" 2>/dev/null; fi
}

sf_download_say() { # <text>: a line on the console
  printf 'fetching %s %.600s\n' "$SF_AT" "${1//$'\n'/ }" >&"$SF_BUS"
}

sf_download_tries() { # <command>...: up to three times, while another try may help
  local -i try
  for ((try = 1; try <= 3; try++)); do
    SF_AGAIN=''
    if "$@"; then return 0; fi
    [[ $SF_AGAIN ]] || return 1
    ((try == 3)) || sf_download_say "$SF_WHY_NOT; trying again"
    sleep "$try"
  done
  SF_WHY_NOT+=", three times"
  return 1
}

sf_download_size() { # <bytes> -> SF_SIZE: such as 17 bytes, 1.2 GB
  local -i n=$1
  local unit
  SF_SIZE="$n bytes"
  for unit in kB MB GB TB; do
    ((n >= 1000)) || return 0
    printf -v SF_SIZE '%d.%d %s' "$((n / 1000))" "$((n % 1000 / 100))" "$unit"
    n=$((n / 1000))
  done
}

sf_download_sum() { # <file> <sha256 or nothing>: is it the file's?
  local sum
  [[ $2 ]] || return 0
  sum=$(sf_download_watch '' sha256sum -- "$1")
  sum=${sum#\\} # before the digest when the name is an odd one
  sum=${sum%% *}
  [[ $sum != "$2" ]] || return 0
  SF_WHY_NOT="its sha256 is $sum, not $2"
  return 1
}
