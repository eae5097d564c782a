# shellcheck shell=bash
# owner: who writes in a run directory: one script and its watchdog. A resumed run waits until those of the earlier start are gone,
# or is refused: two schedulers in one directory would end each other's tasks and mix their books.
# requires: clock bus

sf_owner_take() { # for this script, in the directory of an earlier run; exits when another one still runs there
  local told=''
  if sf_owner_alive script; then
    printf 'sflow: %s is being run by process %s\n' "$SF_RUN" "$SF_OWNER" >&2
    exit 64
  fi
  while sf_owner_alive watchdog || sf_owner_alive guard; do
    [[ $told ]] || printf 'sflow: waiting until what was left of the earlier run in %s has ended\n' "$SF_RUN" >&2
    told=1
    sleep 0.1
  done
  [[ ! -e $SF_RUN/.owner ]] || rm -f -- "$SF_RUN/.owner"
  sf_owner_begin
}

sf_owner_begin() { # it is this script's
  SF_OWNED=1
  sf_owner_sign script "$$"
}

sf_owner_alive() { # <script, watchdog or guard> -> SF_OWNER: its process; is that of the last start still there, on this host?
  local host role began
  [[ -r $SF_RUN/.owner ]] || return 1
  while read -r host role SF_OWNER began; do
    [[ $role == "$1" && $host == "${HOSTNAME//[!A-Za-z0-9._-]/_}-" ]] || continue
    if sf_owner_began "$SF_OWNER" && [[ $SF_BEGAN_AT == "$began" ]]; then return 0; fi
  done <"$SF_RUN/.owner"
  return 1
}

sf_owner_sign() { # <script, watchdog or guard> <process>
  sf_owner_began "$2"
  printf '%s %s %s %s\n' "${HOSTNAME//[!A-Za-z0-9._-]/_}-" "$1" "$2" "$SF_BEGAN_AT" 2>/dev/null >>"$SF_RUN/.owner"
}

sf_owner_began() { # <process> -> SF_BEGAN_AT: when it began, in ticks: its number alone may be another's by now; status 1 when it is gone
  local facts
  SF_BEGAN_AT=''
  read -r facts 2>/dev/null <"/proc/$1/stat" || return 1 # in a trap, a bare one returns what was before it
  # shellcheck disable=SC2086 # from the state on
  set -- ${facts##*) }
  SF_BEGAN_AT=${20}
  [[ $1 != Z ]]
}

sf_owner_child() { # <process>: is it a child of this script's, and has not ended? Its number alone may be another's by now
  local facts
  read -r facts 2>/dev/null <"/proc/${1:-none}/stat" || return 1
  # shellcheck disable=SC2086 # state, parent
  set -- ${facts##*) }
  [[ $1 != Z && $2 == "$$" ]]
}

sf_owner_await() { # <process> <centiseconds>: at the end of a run: until a child has ended, which is killed when it takes longer
  local -i until
  sf_clock_now
  until=$((SF_NOW + $2))
  while sf_owner_child "$1"; do
    sf_clock_now
    if ((SF_NOW >= until)); then kill -s KILL "$1"; fi
    read -r -t 0.005 -u "$SF_BUS" _ || : # a pause; what still comes on the bus is nobody's any more
  done
  wait "$1" 2>/dev/null
}
