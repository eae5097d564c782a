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
  local with=curl url=$1 next
  local -i hop
  if ! : >"$SF_PART"; then
    SF_WHY_NOT="cannot write ${SF_PART%/*}"
    return 1
  fi
  command -v curl >/dev/null || with=wget
  for ((hop = 0; hop < 11; hop++)); do
    next=''
    sf_download_watch "$SF_PART" "sf_artifact_http_$with" "$url"
    "sf_artifact_http_${with}_judge" "$?" "$url" || return # -> next: where wget is to go on
    [[ $next ]] || return 0
    url=$next
  done
  sf_curl_answer_judge 47 ''
}

sf_artifact_http_curl() { # <url>: becomes curl; what may hold a secret goes by standard input. -q: not the user's .curlrc
  local protocols='=http,https'
  [[ $1 != https:* ]] || protocols='=https'
  exec curl -q -K - -g -f -s -L --netrc-optional --max-redirs 10 --proto "$protocols" --connect-timeout "$SF_PATIENCE" \
    -w '%{http_code}' -o "$SF_PART" < <(sf_curl_option url "$1") >"$SF_PART.log"
}

sf_artifact_http_curl_judge() { # <exit status>
  local code=''
  read -r code <"$SF_PART.log"
  sf_curl_answer_judge "$1" "$code"
}

sf_artifact_http_wget() { # <url>: becomes wget; busybox's reads URLs from its arguments only, and may know no time-outs
  if [[ $(wget --help 2>&1) == *BusyBox* ]]; then exec wget -S -O "$SF_PART" "$1" >"$SF_PART.log" 2>&1; fi
  # It would send a password on the connection on which it was asked for one, which the server may be closing.
  exec wget -nv -S --tries=1 --no-http-keep-alive --max-redirect=0 --connect-timeout="$SF_PATIENCE" -O "$SF_PART" -i - \
    < <(printf '%s\n' "$1") >"$SF_PART.log" 2>&1
}

sf_artifact_http_wget_judge() { # <exit status> <url>: from that and the headers, which the log shows -> next of the caller
  local word value code='' length='' place=''
  local -i led=0
  while read -r word value _; do
    case $word in
      HTTP/*) code=$value length='' ;;
      [Ll]ocation:) led+=1 place=${value%$'\r'} && sf_artifact_http_leads "$2" "$place" || return ;;
      [Cc]ontent-[Ll]ength:) length=${value//[!0-9]/} ;; # no more of it: what is compared as a number is evaluated
    esac
  done <"$SF_PART.log"
  if [[ $code == 3?? && $led -gt 2 ]]; then # busybox's goes on itself, until it is tired
    sf_curl_answer_judge 47 ''
  elif [[ $code == 3?? && $place ]]; then
    sf_artifact_http_next "$2" "$place"
  elif [[ $code == [45]?? ]]; then
    sf_curl_answer_judge 22 "$code"
  elif (($1 == 28)); then
    sf_curl_answer_judge 28 ''
  elif [[ $code == 2?? ]] && { (($1)) || [[ $length && $length != "$(stat -c %s -- "$SF_PART")" ]]; }; then
    sf_curl_answer_judge 18 ''
  elif (($1)); then
    SF_WHY_NOT="no connection, or a broken one (wget's exit status is $1)" SF_AGAIN=1
    return 1
  fi
}

sf_artifact_http_leads() { # <url> <where its answer leads>: may it? To nothing but HTTP, and from HTTPS to HTTPS alone
  case ${1%%:*}+${2,,} in
    http+http://* | *+https://*) ;;
    *+[a-z]*://* | *+[a-z]*:[!0-9]*) sf_curl_answer_judge 1 '' ;;
  esac
}

sf_artifact_http_next() { # <url> <where its answer leads> -> next of the caller: the same as a URL
  local host=${1#*://}
  host=${1%%:*}://${host%%[/?]*}
  case $2 in
    [a-zA-Z]*://*) next=$2 ;;
    //*) next=${1%%:*}:$2 ;;
    /*) next=$host$2 ;;
    *) next=${1#"$host"} && next=${next%%\?*} && next=$host${next%/*}/$2 ;;
  esac
}
