# shellcheck shell=bash
# download_watch: keeps others from downloading to the same place, on any host, and watches that a download goes on.
# requires: bus download

sf_download_lock() { # <directory>: waits until nobody else downloads to the same place; -> SF_LOCK
  # A directory, since flock is often missing, and works across hosts on few file systems. Who holds it touches it every
  # second; when nobody has for long, its owner is gone. Were it not, there would be two downloads, each in its own file.
  local seen='' now
  local -i quiet=0 odd=0
  until mkdir -- "$1"; do
    if [[ ! -d $1 ]] && ((++odd > 3)); then # else it was given back just now
      SF_WHY_NOT="cannot write ${1%/*}"
      return 1
    fi
    if [[ ! $seen && -d $1 ]]; then sf_download_say "another run is at it: waiting"; fi
    now=$(stat -c %y -- "$1" || echo none)
    if [[ $now != "$seen" ]]; then quiet=0; fi
    seen=$now
    if ((++quiet > SF_PATIENCE * 4)); then rmdir -- "$1"; fi
    sleep 0.25
  done
  SF_LOCK=$1
}

sf_download_watch() { # <file or nothing> <command>...: its status; 28, as curl's, when the file has not grown for SF_PATIENCE seconds
  local pid status
  "${@:2}" &
  pid=$!
  sf_download_beat "$1" "$pid" &
  SF_BEAT=$!
  wait "$pid"
  status=$?
  kill "$SF_BEAT" || :
  wait "$SF_BEAT" || (($? != 28 || ! status)) || status=28
  SF_BEAT=''
  return "$status"
}

sf_download_beat() { # <file or nothing> <pid>: until it is killed; ends the process, and itself with 28, when the file stays as it is
  local pipe size seen=''
  local -i quiet=0 ticks=0
  sf_bus_open pipe
  while ! read -r -t 1 -u "$pipe"; do
    [[ ! $SF_LOCK ]] || touch -c -- "$SF_LOCK"
    [[ $1 ]] || continue
    size=$(stat -c %s -- "$1")
    quiet=$((quiet + 1)) ticks=$((ticks + 1))
    if [[ $size != "$seen" ]]; then quiet=0 seen=$size; fi
    if ((quiet >= SF_PATIENCE)); then
      trap '' TERM # the end of the process is the end of the watch, but why is still to be said
      kill "$2"
      return 28
    fi
    if ((ticks % 30 == 0 && size)); then
      sf_download_size "$size"
      sf_download_say "$SF_SIZE so far"
    fi
  done
}
