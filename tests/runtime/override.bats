#!/usr/bin/env bats

setup() {
  source "$BATS_TEST_DIRNAME/units.bash"
  a_run a b
  load_units override
  SF_SELF=w.sh SF_FINGERPRINT=(aaa bbb) SF_HIDES=('' 'MODEL')
  workflow_variables() {
    "$1" MODEL string Qwen
    "$1" ISL integer 1024 1024 2048
    "$1" API_KEY string '***'
    "$1" WORKERS fixed 'it shaped the replica count of a'
  }
}

@test "what is given is in the environment of tasks, in the events and on the console, secrets masked" {
  sf_override_open 'MODEL=a "b"' API_KEY=sesame ISL=2048 ISL=1024
  [[ ${SF_SET_ENV[*]} == 'MODEL=a "b" ISL=1024 API_KEY=sesame' ]]
  [[ $SF_SET_JSON == '{"MODEL": "a \"b\"", "ISL": "1024", "API_KEY": "***"}' ]]
  run sf_override_record
  [[ $output == *'set: MODEL=a "b", ISL=1024, API_KEY=***' ]]
}

@test "nothing given changes nothing" {
  sf_override_open
  sf_override_record
  [[ ! $SF_SET_JSON && ${#SF_SET_ENV[@]} == 0 && ${SF_FINGERPRINT[*]} == 'aaa bbb' && ! -e $SF_RUN/.overrides ]]
}

@test "what cannot be changed is refused with what it shaped, and status 64" {
  run sf_override_open WORKERS=3
  [[ $status == 64 && $output == *'WORKERS'*'it shaped the replica count of a'* ]]
}

@test "a wrong type, a value outside the domain, an unknown name and a lone name are status 64" {
  local pair
  for pair in 'ISL=many=is no integer' 'ISL=4096=is not in its domain: 1024 2048' 'X=1=MODEL ISL API_KEY' 'MODEL=[1]=only the compiler'; do
    run sf_override_open "${pair%=*}"
    [[ $status == 64 && $output == *"${pair##*=}"* ]] || { echo "$pair: $output" && false; }
  done
  run sf_override_open MODEL
  [[ $status == 64 && $output == *'NAME=VALUE'* ]]
}

@test "a secret is not in the message about it" {
  workflow_variables() { "$1" API_KEY integer 1 1 2; }
  run sf_override_open API_KEY=sesame
  [[ $status == 64 && $output != *sesame* ]]
}

@test "a task that sees another value is another task; one that has its own is not, nor is one that gets what it had" {
  sf_override_open MODEL=Llama ISL=1024
  [[ ${SF_FINGERPRINT[0]} == aaa-* && ${SF_FINGERPRINT[1]} == bbb ]]
  local first=${SF_FINGERPRINT[0]}
  SF_FINGERPRINT=(aaa bbb) SF_SET_ENV=() SF_SET_CHANGED=() SF_SET_JSON=''
  sf_override_open MODEL=Mistral
  [[ ${SF_FINGERPRINT[0]} == aaa-* && ${SF_FINGERPRINT[0]} != "$first" ]]
}

@test "a resumed run keeps what it was given, unless it is given anew; only its owner reads it" {
  sf_override_open $'MODEL=two\nlines' ISL=2048
  sf_override_record
  [[ $(stat -c %a "$SF_RUN/.overrides") == 600 ]]
  SF_SET_ENV=() SF_RESUME=$SF_RUN
  sf_override_open ISL=1024
  [[ ${#SF_SET_ENV[@]} == 2 && ${SF_SET_ENV[0]} == $'MODEL=two\nlines' && ${SF_SET_ENV[1]} == ISL=1024 ]]
}

@test "help lists what can be changed" {
  run sf_override_help
  [[ ${#lines[@]} == 4 && $output == *'ISL'*'integer, 1024; one of 1024, 2048'* && $output != *WORKERS* ]]
}
