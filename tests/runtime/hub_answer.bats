#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units hub artifact_hf
  COMMIT=0123456789abcdef0123456789abcdef01234567
  commit='' files=() SF_PART=$BATS_TEST_TMPDIR/part
}

@test "files and commit are read from the right place of an answer" {
  sf_hub_read <<ANSWER
{"id":"o/r","cardData":{"sha":"${COMMIT//0/9}","siblings":[{"rfilename":"no"}]},"x":"{\"rfilename\":\"no\"}, [",
 "siblings":[{"rfilename":"a b.txt"},{"other":{"rfilename":"no"},"rfilename":"d/\u00e4\ud83d\ude00\/\"q\".bin","size":3}],
 "n":null,"sha":"$COMMIT","private":false,"rfilename":"no","list":[[{"rfilename":"no"}]]}
ANSWER
  [[ $commit == "$COMMIT" && ${#files[@]} == 2 && ${files[0]} == 'a b.txt' ]]
  [[ ${files[1]} == $'d/\xc3\xa4\xf0\x9f\x98\x80/"q".bin' ]]
}

@test "what is no such answer is refused" {
  local text
  for text in '' '<html>' '{}' '{"sha":"abc"}' "{\"sha\":\"$COMMIT\"" "[\"sha\",\"$COMMIT\"]" '{"a":{"sha":"'"$COMMIT"'"}}'; do
    commit='' files=()
    sf_hub_read <<<"$text" && return 1
    [[ $SF_WHY_NOT == *'no list of files' ]]
  done
}

@test "no name leads out of the snapshot" {
  local name
  for name in ../x a/../../x /etc/x a//b ./x x/. '' 'a\nb' 'a\u0000b' 'a\u001fb' 'a\tb'; do
    files=()
    sf_hub_name "$name" && return 1
    [[ ${#files[@]} == 0 ]]
  done
  sf_hub_name '..a/b..' && sf_hub_name 'a\\b'
  [[ ${files[*]} == '..a/b.. a\b' ]]
}

@test "characters of every length" {
  sf_hub_unescape '\u0041\u00e9\u20ac\uD83D\uDE00'
  [[ $SF_TEXT == $'A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80' ]]
}

@test "of a linked file the headers of what it leads to count" {
  local etag linked size
  printf 'HTTP/1.1 302 Found\r\nETag: W/"pointer"\r\nX-Linked-Etag: "abc"\r\nx-linked-size: 12\r\n\r\n' >"$SF_PART.head"
  sf_hub_headers
  [[ $etag == abc && $linked == abc && $size == 12 ]]
  printf 'HTTP/2 200\r\netag: W/"plain"\r\n\r\n' >"$SF_PART.head"
  sf_hub_headers
  [[ $etag == plain && ! $linked && ! $size ]]
}

@test "a path is encoded byte by byte" {
  local path
  sf_hub_encode $'a b/\xc3\xa9#?%&~-_.' path
  [[ $path == 'a%20b/%C3%A9%23%3F%25%26~-_.' ]]
}

@test "the token is found where the hub's library finds it" {
  export HOME=$BATS_TEST_TMPDIR
  unset HF_TOKEN HF_TOKEN_PATH HF_HOME XDG_CACHE_HOME HUGGING_FACE_HUB_TOKEN HF_HUB_DISABLE_IMPLICIT_TOKEN
  sf_hub_token
  [[ ! $SF_TOKEN ]]
  mkdir -p "$HOME/.cache/huggingface"
  echo ' file ' >"$HOME/.cache/huggingface/token"
  sf_hub_token
  [[ $SF_TOKEN == file ]]
  HF_TOKEN=mine sf_hub_token
  [[ $SF_TOKEN == mine ]]
  HF_TOKEN=mine HF_HUB_DISABLE_IMPLICIT_TOKEN=Yes sf_hub_token
  [[ ! $SF_TOKEN ]]
}

@test "a list of ten thousand files is read in a few seconds" {
  {
    printf '{"sha":"%s","siblings":[{"rfilename":"first"}' "$COMMIT"
    printf ',{"rfilename":"data/part-%s.parquet"}' {1..10000}
    printf ']}'
  } >"$SF_PART"
  # shellcheck disable=SC2016 # for a shell without the traps of bats, which are slow
  count='source "$1" && sf_hub_read <"$2" && echo "${#files[@]}"'
  SECONDS=0
  [[ $(bash -c "$count" - "$RUNTIME/hub_answer.sh" "$SF_PART") == 10001 ]]
  ((SECONDS < 10))
}
