#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units artifact_http
  SF_FETCH=(DATA https://example.org/x) SF_AT=0 SF_MISSING=() SF_WHY_NOT='' SF_AGAIN='' SF_PATIENCE=60
  SF_PART=$BATS_TEST_TMPDIR/part
  printf '0123456789' >"$SF_PART"
}

@test "what is cached needs no tool" {
  PATH=/nonexistent sf_artifact_http_check url "$SF_PART" ''
  [[ ${#SF_MISSING[@]} == 0 ]]
  PATH=/nonexistent sf_artifact_http_check url "$SF_PART.not" ''
  [[ ${SF_MISSING[*]} == 'artifact DATA must be downloaded: command not found: curl or wget' ]]
}

judged() { # <exit status of wget> <header>...
  printf '  %s\r\n' "${@:2}" >"$SF_PART.log"
  sf_artifact_http_wget_judge "$1" "${url:-http://here:80/a/b?c=/d}"
}

@test "what wget says is judged by status and length" {
  judged 0 'HTTP/1.1 200 OK' 'Content-Length: 10'
  judged 0 'HTTP/1.1 200 OK'
  judged 0 'HTTP/1.1 302 Found' 'content-length: 3' 'HTTP/1.1 200 OK'
  judged 0 'HTTP/1.1 200 OK' 'content-length: 11' && return 1
  [[ $SF_WHY_NOT == *'cut before the end' && $SF_AGAIN ]]
  judged 8 'HTTP/1.1 404 Not Found' && return 1
  [[ $SF_WHY_NOT == 'HTTP status 404' ]]
  judged 4 && return 1
  [[ $SF_WHY_NOT == 'no connection, or a broken one'* ]]
  judged 28 'HTTP/1.1 200 OK' && return 1
  [[ $SF_WHY_NOT == 'no answer'*'60 s' ]]
}

@test "a length is never evaluated" {
  judged 0 'HTTP/1.1 200 OK' "Content-Length: a[\$(touch\${IFS}$BATS_TEST_TMPDIR/canary)]" || :
  [[ ! -e $BATS_TEST_TMPDIR/canary ]]
}

@test "an answer leads to where it says, from HTTPS to HTTPS alone, and to nothing but HTTP" {
  local next url
  judged 8 'HTTP/1.1 302 Found' 'Location: /x' && [[ $next == http://here:80/x ]]
  judged 8 'HTTP/1.1 302 Found' 'Location: x?y' && [[ $next == http://here:80/a/x?y ]]
  judged 8 'HTTP/1.1 302 Found' 'Location: //there/x' && [[ $next == http://there/x ]]
  judged 8 'HTTP/1.1 302 Found' 'location: https://there/x' && [[ $next == https://there/x ]]
  url=https://here
  judged 8 'HTTP/1.1 302 Found' 'Location: x' && [[ $next == https://here/x ]]
  for place in http://there/x ftp://there/x file:///etc/passwd FILE:/etc/passwd data:x; do
    judged 8 'HTTP/1.1 302 Found' "Location: $place" && return 1
    [[ $SF_WHY_NOT == *'another protocol'* ]]
  done
}
