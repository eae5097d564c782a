# shellcheck shell=bash
# hub_answer: what the hub says, read without jq: the list of files, which is JSON, and the headers of a file.
# requires:

sf_hub_read() { # <the answer on standard input> -> commit, files of the caller: {"sha": "...", "siblings": [{"rfilename": "..."}, ...], ...}
  local token string='' key='' top='' after=''
  local -i depth=0
  while IFS= read -r token; do
    case $token in
      '[' | '{') depth=$((depth + 1)) after='' ;;
      ']' | '}') depth=$((depth - 1)) after='' ;;
      ,) after='' ;;
      :)
        key=$string after=1
        if ((depth == 1)); then top=$key; fi
        ;;
      *)
        string=${token#\"}
        string=${string%\"}
        if [[ ! $after ]]; then continue; fi
        if [[ $depth == 1 && $key == sha ]]; then commit=$string; fi
        if [[ $depth == 3 && $top == siblings && $key == rfilename ]]; then sf_hub_name "$string" || return; fi
        ;;
    esac
  done < <(LC_ALL=C grep -aoE '"([^"\\]|\\.)*"|[][{}:,]')
  SF_WHY_NOT="the hub's answer is no list of files"
  [[ $depth == 0 && $commit =~ ^[0-9a-f]{40}$ ]]
}

sf_hub_name() { # <name of a file, as JSON has it>: to files of the caller, when it is one that can lie in a snapshot
  SF_WHY_NOT="the hub lists a file that cannot be: ${1:0:200}"
  sf_hub_unescape "$1" || return
  case /$SF_TEXT/ in *//* | */./* | */../* | *[[:cntrl:]]*) return 1 ;; esac
  files+=("$SF_TEXT")
}

sf_hub_unescape() { # <inside of a JSON string> -> SF_TEXT; status 1 for control characters
  local rest=$1 pair
  local -i code
  SF_TEXT=''
  while [[ $rest == *\\* ]]; do
    SF_TEXT+=${rest%%\\*}
    rest=${rest#*\\}
    case $rest in
      [\"\\/]*) SF_TEXT+=${rest:0:1} rest=${rest:1} ;;
      u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]*)
        code=16#${rest:1:4} rest=${rest:5}
        if ((code >= 0xd800 && code < 0xdc00)) && [[ $rest == '\u'[Dd][C-Fc-f][0-9A-Fa-f][0-9A-Fa-f]* ]]; then
          pair=${rest:2:4} rest=${rest:6} # two halves of one character
          code=$((0x10000 + (code - 0xd800) * 0x400 + 16#$pair - 0xdc00))
        fi
        sf_hub_character "$code" || return
        ;;
      *) return 1 ;;
    esac
  done
  SF_TEXT+=$rest
}

sf_hub_character() { # <code point>: in UTF-8, to SF_TEXT
  local -i n=$1 i more=0 lead=0
  local bytes='' byte
  ((n >= 32)) || return 1
  if ((n >= 0x80)); then more=$((n >= 0x10000 ? 3 : n >= 0x800 ? 2 : 1)) lead=$((0xf00 >> more + 1 & 0xff)); fi
  printf -v bytes '\\x%x' "$((lead | n >> 6 * more))"
  for ((i = more - 1; i >= 0; i--)); do
    printf -v byte '\\x%x' "$((0x80 | n >> 6 * i & 0x3f))"
    bytes+=$byte
  done
  printf -v bytes '%b' "$bytes"
  SF_TEXT+=$bytes
}

sf_hub_headers() { # $SF_PART.head -> etag, linked, size of the caller; of a linked file they are those of what it leads to
  local name value
  etag='' linked='' size=''
  while IFS=': ' read -r name value; do
    value=${value%$'\r'}
    value=${value#W/}
    value=${value#\"}
    value=${value%\"}
    case ${name,,} in
      etag) etag=${etag:-$value} ;;
      x-linked-etag) etag=$value linked=$value ;;
      x-linked-size) size=$value ;;
    esac
  done <"$SF_PART.head"
}

sf_hub_encode() { # <text> <variable>: percent-encoded, but for slashes
  local LC_ALL=C out='' c
  local -i i n
  for ((i = 0; i < ${#1}; i++)); do
    c=${1:i:1}
    if [[ $c != [A-Za-z0-9._~/-] ]]; then
      printf -v n '%d' "'$c"
      printf -v c '%%%02X' "$((n & 255))"
    fi
    out+=$c
  done
  printf -v "$2" '%s' "$out"
}

sf_hub_token() { # -> SF_TOKEN: as the hub's own library finds it; nothing without one
  local file=${HF_TOKEN_PATH:-${HF_HOME:-${XDG_CACHE_HOME:-${HOME-}/.cache}/huggingface}/token}
  SF_TOKEN=${HF_TOKEN:-${HUGGING_FACE_HUB_TOKEN-}}
  if [[ ! $SF_TOKEN && -r $file ]]; then read -r SF_TOKEN <"$file"; fi
  if sf_artifact_hf_true "${HF_HUB_DISABLE_IMPLICIT_TOKEN-}"; then SF_TOKEN=''; fi
  SF_TOKEN=${SF_TOKEN//[[:space:]]/}
}
