# shellcheck shell=bash
# probe_body: does a URL answer 2xx or 3xx, with a line in the body that has a pattern? The body goes to grep as it comes: it may be
# large, in pieces, or hold NUL.
# requires: probe_http

sf_probe_body() { # <grep options> <pattern> <GET|POST> <url> <body> [<header>]...
  local code='' found=
  if command -v curl >/dev/null; then
    read -r code found < <(sf_probe_body_curl "$@")
  else
    sf_probe_body_ask "$@"
  fi 2>/dev/null
  SF_DETAIL="HTTP $code"
  if [[ ! $code || $code == 000 ]]; then SF_DETAIL="no HTTP answer"; fi
  [[ $code == [23]?? ]] || return 1
  if [[ $found != 0 ]]; then
    SF_DETAIL+=", but the body is not what is expected"
    return 1
  fi
}

sf_probe_body_curl() { # as sf_probe_body: prints the status of HTTP and that of grep
  {
    sf_probe_http_config "${@:3}" |
      curl -q -K - -g -s --proto '=http,https' -o /dev/fd/3 -w '%{http_code}' --noproxy '*' --max-time "$SF_SECONDS" 3>&1 >&4 |
      grep -aq "$1" -e "$2"
    printf ' %s\n' "$?"
  } 4>&1
}

sf_probe_body_ask() { # as sf_probe_body, by bash's own client; -> code and found of the caller
  local connection length='' line
  local -i chunked=0
  while :; do
    if [[ ! $code ]]; then
      sf_probe_http_ask "${@:3}"
    else
      IFS=' ' read -r -n 300 -t "$SF_SECONDS" _ code _ <&"$connection"
    fi
    [[ $code ]] || return 0
    while IFS= read -r -n 8000 -t "$SF_SECONDS" line <&"$connection" && line=${line%$'\r'} && [[ $line ]]; do
      case ${line,,} in
        content-length:*) length=${line//[!0-9]/} ;;
        transfer-encoding:*chunked*) chunked=1 ;;
      esac
    done
    [[ $code == 1?? ]] || break # the answer proper follows
  done
  if ((chunked)); then
    sf_probe_body_chunks
  elif [[ $length ]]; then
    head -c "$length"
  else
    cat
  fi <&"$connection" | grep -aq "$1" -e "$2"
  found=${PIPESTATUS[1]}
}

sf_probe_body_chunks() { # takes the chunks of standard input together
  local size
  while IFS= read -r size; do
    size=${size%%[!0-9A-Fa-f]*}
    ((16#${size:-0})) && sf_probe_body_copy "$((16#$size))" && read -r _ || return 0
  done
}

sf_probe_body_copy() { # <bytes>: of standard input; NUL among them, which no variable can hold
  local -i left=$1 asked
  local part
  while ((left)); do
    asked=$((left < 4096 ? left : 4096))
    if IFS= read -r -d '' -n "$asked" part; then
      left=$((left - ${#part}))
      printf '%s' "$part" || return
      if ((${#part} < asked)); then
        left=$((left - 1))
        printf '\0' || return
      fi
    else # the end came early
      printf '%s' "$part"
      return 1
    fi
  done
}
