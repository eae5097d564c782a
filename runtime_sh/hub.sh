# shellcheck shell=bash
# hub: what the Hugging Face hub has, got with curl: the list of a repository's files, and each file by its hash.
# requires: curl curl_answer download hub_answer

sf_hub_load() { # <model|dataset> <repository> <revision> <file, or nothing for all>: into the cache in $SF_REPO
  local commit='' file files=() url ref code next
  SF_ENDPOINT=${HF_ENDPOINT:-https://huggingface.co}
  SF_ENDPOINT=${SF_ENDPOINT%/}
  sf_hub_token
  sf_hub_encode "$3" ref
  url=$SF_ENDPOINT/api/${1}s/$2/revision/${ref//\//%2F}
  sf_download_tries sf_hub_ask "$url" || return
  sf_hub_read <"$SF_PART" || return # -> commit, files
  if [[ $4 ]]; then sf_hub_pick "$4" "$2" || return; fi
  url=$SF_ENDPOINT/$([[ $1 == model ]] || echo datasets/)$2/resolve/$commit
  for file in ${files[@]+"${files[@]}"}; do
    sf_hub_file "$url" "$SF_REPO/snapshots/$commit" "$file" || return
  done
  [[ $3 != "$commit" ]] || return 0
  SF_WHY_NOT="cannot write $SF_REPO/refs/$3"
  ref=$SF_REPO/refs/$3
  mkdir -p -- "${ref%/*}" && printf '%s' "$commit" >"$SF_PART" && mv -f -- "$SF_PART" "$ref"
}

sf_hub_pick() { # <file> <repository>: files of the caller become this one
  local file
  for file in ${files[@]+"${files[@]}"}; do
    if [[ $file == "$1" ]]; then
      files=("$1")
      return 0
    fi
  done
  SF_WHY_NOT="$2 has no file $1"
  return 1
}

sf_hub_file() { # <URL of the repository at a commit> <snapshot> <file>: one file of the snapshot, if it is not there
  local code='' next='' etag='' size='' linked='' path blob up file=$3
  [[ ! -e $2/$3 ]] || return 0
  sf_hub_encode "$3" path
  sf_download_tries sf_hub_ask "$1/$path" -I || return # -> code, next, and from the headers etag, size, linked
  if [[ ! $etag || $etag == *[!A-Za-z0-9._-]* || $etag == .* ]]; then
    SF_WHY_NOT="the hub does not say the hash of $file"
    return 1
  fi
  blob=$SF_REPO/blobs/$etag
  if [[ ! -f $blob ]]; then
    sf_download_tries sf_hub_ask "${next:-$1/$path}" || return
    SF_WHY_NOT="$file has $(stat -c %s -- "$SF_PART") bytes, not $size"
    [[ ! $size || $(stat -c %s -- "$SF_PART") == "$size" ]] || return
    if [[ $linked =~ ^[0-9a-f]{64}$ ]]; then sf_download_sum "$SF_PART" "$linked" || return; fi
  fi
  SF_WHY_NOT="cannot write $SF_REPO"
  mkdir -p -- "$SF_REPO/blobs" "$2/$(dirname -- "./$3")" || return
  [[ -f $blob ]] || mv -f -- "$SF_PART" "$blob" || return
  up=${3//[!\/]/}
  ln -sfn -- "../../${up//\//../}blobs/$etag" "$2/$3"
}

sf_hub_ask() { # <url> [-I]: to $SF_PART; with -I only the headers, and not those of another host, to which `next` of the caller leads
  local to=$1 status
  local -i hop
  for ((hop = 0; hop < 10; hop++)); do
    : >"$SF_PART"
    rm -f -- "$SF_PART.head"
    sf_download_watch "$SF_PART" sf_hub_curl "$to" "${@:2}"
    status=$? code='' next=''
    read -r code next <"$SF_PART.log"
    sf_curl_answer_judge "$status" "$code" || sf_hub_explain "$code" || return
    if [[ ${2-} ]]; then sf_hub_headers; fi
    if [[ ! $next || (${2-} && $next != "$SF_ENDPOINT"/*) ]]; then return 0; fi
    to=$next
  done
  sf_curl_answer_judge 47 ''
}

sf_hub_explain() { # <HTTP status>: what it means at the hub
  case $1 in
    401 | 403) SF_WHY_NOT="HTTP status $1: the hub wants a token that may read it, in HF_TOKEN" ;;
    404) SF_WHY_NOT="HTTP status 404: the hub has no such repository, revision or file" ;;
  esac
  return 1
}

sf_hub_curl() { # <url> [-I]: becomes curl; the token goes to the hub alone, and by standard input
  local protocols='=http,https'
  [[ $SF_ENDPOINT != https:* ]] || protocols='=https'
  exec curl -q -K - -g -f -s --proto "$protocols" --connect-timeout "$SF_PATIENCE" -D "$SF_PART.head" \
    -w '%{http_code} %{redirect_url}' -o "$SF_PART" "${@:2}" >"$SF_PART.log" < <(
      sf_curl_option url "$1"
      if [[ $SF_TOKEN && $1 == "$SF_ENDPOINT"/* ]]; then sf_curl_option header "Authorization: Bearer $SF_TOKEN"; fi
    )
}
