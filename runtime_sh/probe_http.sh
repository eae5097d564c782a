# shellcheck shell=bash
# probe_http: does a URL answer 2xx or 3xx? bash itself asks what is simple, curl what is not; bash all where there is no curl
# (http:// only).
# requires: curl

sf_probe_http() { # <GET|POST> <url> <body> [<header>]...
  local code='' connection=''
  if ! sf_probe_http_simple "$@" && command -v curl >/dev/null; then
    # By standard input, since a header may hold a secret and ps shows arguments. -q: not the user's .curlrc.
    code=$(sf_probe_http_config "$@" | curl -q -K - -g -s --proto '=http,https' -o /dev/null -w '%{http_code}' --noproxy '*' --max-time "$SF_SECONDS")
  else
    sf_probe_http_ask "$@"
    if [[ $connection ]]; then
      [[ ! $code ]] || sf_probe_http_drain
      exec {connection}>&-
    fi
  fi 2>/dev/null
  SF_DETAIL="HTTP $code"
  if [[ ! $code || $code == 000 ]]; then SF_DETAIL="no HTTP answer"; fi
  [[ $code == [23]?? ]]
}

sf_probe_http_simple() { # as sf_probe_http: neither encrypted, nor with a user's name, a body, or headers that may stand for one of ours?
  [[ $1 == GET && ${2,,} == http://* && ${2%%[?#]*} != *@* ]] && (($# < 4))
}

sf_probe_http_config() { # as sf_probe_http: a configuration file for curl
  local header
  sf_curl_option request "$1"
  sf_curl_option url "$2"
  if [[ $1 == POST && ${3-} == @* ]]; then
    sf_curl_option data-raw "$3" # curl 7.43; by its other options curl would post a file of that name
  elif [[ $1 == POST ]]; then
    sf_curl_option data-binary "$3"
  fi
  for header in "${@:4}"; do sf_curl_option header "$header"; done
}

sf_probe_http_ask() { # as sf_probe_http: an HTTP/1.1 request of bash's own; -> code and connection of the caller
  local address=${2#*://} host path port=80 header
  address=${address%%#*}
  host=${address%%[/?]*}
  path=${address#"$host"}
  path=/${path#/}
  host=${host##*@}
  if [[ $host =~ ^(.*):([0-9]+)$ ]]; then
    host=${BASH_REMATCH[1]}
    port=${BASH_REMATCH[2]}
  fi
  exec {connection}<>"/dev/tcp/${host//[][]/}/$port" || return 0
  {
    printf '%s %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\nAccept: */*\r\n' "$1" "$path" "$host" "$port"
    for header in "${@:4}"; do printf '%s\r\n' "$header"; done
    if [[ $1 == POST ]]; then printf 'Content-Length: %d\r\n' "${#3}"; fi # bytes: the prober's locale is C
    printf '\r\n%s' "${3-}"
  } >&"$connection"
  IFS=' ' read -r -n 300 _ code _ <&"$connection" # no time-out, which costs two system calls a byte: the prober ends what takes too long
  code=${code%$'\r'}
}

sf_probe_http_drain() { # takes in the rest of an answer: some servers write an error into their log when their client has gone before
  local line length=''
  while IFS= read -r line <&"$connection" && line=${line%$'\r'} && [[ $line ]]; do
    if [[ ${line,,} == content-length:* ]]; then length=${line//[!0-9]/}; fi
  done
  case $length in
    0) ;;
    [1-9] | [1-9]? | [1-9]??) IFS= read -r -d '' -N "$length" -t 2 line <&"$connection" ;;
    *) timeout 2 cat <&"$connection" >/dev/null ;; # bash itself reads a byte at a time
  esac
}
