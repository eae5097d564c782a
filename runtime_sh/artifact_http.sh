# shellcheck shell=bash
# artifact_http: a file from an http:// or https:// URL, in the workspace's cache. By curl, else by wget, GNU's or busybox's.
# requires: download curl curl_answer

sf_artifact_http_check() { # <url> <file> <sha256>: can it be had here?
  if [[ ! -f $2 ]] && ! command -v curl >/dev/null && ! command -v wget >/dev/null; then
    SF_MISSING+=("artifact ${SF_FETCH[2 * SF_AT]} must be downloaded: command not found: curl or wget")
  fi
}

sf_artifact_http_get() { # <url> <file> <sha256>
  local directory=${2%/*}
  if sf_artifact_http_there "$2" "$3"; then return 0; fi
  if ! mkdir -p -- "$directory"; then
    SF_WHY_NOT="cannot make $directory"
    return 1
  fi
  sf_download_lock "$directory/.lock" || return
  if sf_artifact_http_there "$2" "$3"; then return 0; fi # somebody else has done it
  sf_download_say "downloading ${SF_FETCH[2 * SF_AT + 1]}"
  SF_PART=$directory/.part.${HOSTNAME//[!A-Za-z0-9.-]/_}.$BASHPID
  sf_download_tries sf_artifact_http_try "$1" || return
  sf_download_sum "$SF_PART" "$3" || return
  sf_download_size "$(stat -c %s -- "$SF_PART")"
  SF_LOADED=$SF_SIZE
  if { [[ ! -d $2 ]] && mv -f -- "$SF_PART" "$2"; } || sf_artifact_http_there "$2" "$3"; then return 0; fi
  SF_WHY_NOT="cannot write $2"
  return 1
}

sf_artifact_http_there() { # <file> <sha256>: is it in the cache, as it should be?
  [[ -f $1 ]] && sf_download_sum "$1" "$2"
}

sf_artifact_http_try() { # <url>: to $SF_PART
  local with=curl
  if ! : >"$SF_PART"; then
    SF_WHY_NOT="cannot write ${SF_PART%/*}"
    return 1
  fi
  command -v curl >/dev/null || with=wget
  sf_download_watch "$SF_PART" "sf_artifact_http_$with" "$1"
  "sf_artifact_http_${with}_judge" "$?"
}

sf_artifact_http_curl() { # <url>: becomes curl; what may hold a secret goes by standard input. -q: not the user's .curlrc
  exec curl -q -K - -g -f -s -L --netrc-optional --max-redirs 10 --proto '=http,https' --connect-timeout "$SF_PATIENCE" \
    -w '%{http_code}' -o "$SF_PART" < <(sf_curl_option url "$1") >"$SF_PART.log"
}

sf_artifact_http_curl_judge() { # <exit status>
  local code=''
  read -r code <"$SF_PART.log"
  sf_curl_answer_judge "$1" "$code"
}

sf_artifact_http_wget() { # <url>: becomes wget; busybox's reads URLs from its arguments only, and may know no time-outs
  if [[ $(wget --help 2>&1) == *BusyBox* ]]; then exec wget -S -O "$SF_PART" "$1" >"$SF_PART.log" 2>&1; fi
  exec wget -nv -S --tries=1 --max-redirect=10 --connect-timeout="$SF_PATIENCE" -O "$SF_PART" -i - \
    < <(printf '%s\n' "$1") >"$SF_PART.log" 2>&1
}

sf_artifact_http_wget_judge() { # <exit status>: from that and the headers, which the log shows
  local word value code='' length=''
  while read -r word value _; do
    case $word in
      HTTP/*) code=$value length='' ;;
      [Cc]ontent-[Ll]ength:) length=${value%$'\r'} ;;
    esac
  done <"$SF_PART.log"
  if [[ $code == [45]?? ]]; then
    sf_curl_answer_judge 22 "$code"
  elif (($1 == 28)); then
    sf_curl_answer_judge 28 ''
  elif [[ $code == 2?? ]] && { (($1)) || { [[ $length ]] && ((length != $(stat -c %s -- "$SF_PART"))); }; }; then
    sf_curl_answer_judge 18 ''
  elif (($1)); then
    SF_WHY_NOT="no connection, or a broken one (wget's exit status is $1)" SF_AGAIN=1
    return 1
  fi
}
