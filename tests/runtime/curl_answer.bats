#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  load_units curl_answer
  SF_PATIENCE=60
}

@test "every way to fail has its words, and says whether another try may help" {
  local row
  sf_curl_answer_judge 0 200
  for row in '22 404 |HTTP status 404' '22 403 |HTTP status 403' '22 503 1|HTTP status 503' '22 429 1|HTTP status 429' \
    '6 000 1|the host' '7 000 1|no connection' '18 200 1|the connection was cut' '28 000 1|no answer' '56 000 1|the connection broke' \
    '23 200 |it cannot be written' '47 302 |too many' '60 000 |the server'\''s certificate' '99 000 |curl'\''s exit status is 99'; do
    SF_AGAIN='' SF_WHY_NOT=''
    # shellcheck disable=SC2086 # words
    set -- ${row%%|*}
    sf_curl_answer_judge "$1" "$2" && return 1
    [[ $SF_WHY_NOT == "${row#*|}"* && $SF_AGAIN == "${3-}" ]]
  done
}
